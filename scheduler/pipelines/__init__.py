"""Several pipelines on the cores of one device, planned together by column generation."""
