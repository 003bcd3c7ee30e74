"""Networks as people deploy them: ``.tflite`` and ONNX files as task graphs, without torch."""
