"""Physical quantities as field types: a unit for people, plain SI numbers in documents.

``frequency_hz: Hertz`` is a plain ``float`` to Python. Under ``documents.validate`` it is written
``frequency: 96 MHz`` in YAML, where the unit is required and its dimension checked, and
``"frequency_hz": 96000000.0`` in a JSON document.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from devicemodels.documents.units import DIMENSIONS, UNIT_HINTS, parse_unit

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import core_schema

Mode = Literal["yaml", "json"]
"""``yaml``: written by people, with units; ``json``: a document, in SI numbers."""

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,4})?")
_SCHEMA_NUMBER = r"[+]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Marks a field as a physical quantity; used as ``Annotated[float, Quantity(...)]``."""

    unit: str
    """The SI unit of the field's value."""
    examples: tuple[str, ...]
    """As people write it; the first is shown in messages."""
    positive: bool = False
    """Whether 0 is refused; negative values always are."""
    whole: bool = False
    """Whether the value is an integer."""
    also: str | None = None
    """A unit of another dimension that means the same here, as ``J`` in an energy per byte."""

    def from_text(self, value: object) -> float | int:
        """The SI value of ``value``, which a person wrote; ``ValueError`` says what is wrong."""
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(
                f"{_shown(value)} is not {self._a_quantity}, like '{self.examples[0]}'"
            )
        text = str(value).strip()
        number = _NUMBER.match(text)
        if number is None:
            raise ValueError(
                f"{_shown(value)} is not {self._a_quantity}, like '{self.examples[0]}'"
            )
        symbol = text[number.end() :].strip()
        if not symbol:
            units = [example.split(" ")[1] for example in self.examples[:3]]
            like = " or ".join(f"'{number.group()} {unit}'" for unit in units)
            raise ValueError(f"'{text}' has no unit: write it like {like}")
        factor = self._factor(text, symbol)
        # Decimals, so that 37 us is the float nearest to 0.000037.
        si = float(Decimal(number.group()) * Decimal(repr(factor)))
        if self.whole:
            if not math.isfinite(si) or not si.is_integer():
                raise ValueError(f"'{text}' is not a whole number of bytes")
            return self.checked(int(si), text)
        return self.checked(si, text)

    def from_number(self, value: object) -> float | int:
        """``value``, an SI number of a document, if it may stand here; else ``ValueError``."""
        kinds = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            kind = "a whole number" if self.whole else "a number"
            raise ValueError(
                f"{_shown(value)} is not {kind} (documents hold SI units: {self.unit})"
            )
        try:
            return self.checked(value if self.whole else float(value), str(value))
        except OverflowError:
            raise ValueError(f"{_shown(value)} is too large") from None

    def checked(self, si: float, text: str) -> float | int:
        """``si`` if it is finite and not below the limit; else ``ValueError``."""
        if not math.isfinite(si):
            raise ValueError(f"'{_short(text)}' is not a finite number")
        if si < 0 or (self.positive and si == 0):
            needed = "more than 0" if self.positive else "at least 0"
            raise ValueError(f"'{_short(text)}' is too small; {needed} {self.unit} is needed")
        return si

    @property
    def _a_quantity(self) -> str:
        return DIMENSIONS[self.unit]

    def _factor(self, text: str, symbol: str) -> float:
        """How many SI units one ``symbol`` is."""
        for part in symbol.replace(" ", "").split("/"):
            if part in UNIT_HINTS:
                raise ValueError(f"'{text}': there is no unit '{part}': {UNIT_HINTS[part]}")
        unit = parse_unit(symbol)
        if unit is None:
            like = f"write it like '{self.examples[0]}'"
            raise ValueError(f"'{_short(text)}': there is no unit '{_short(symbol)}': {like}")
        factor, dimension = unit
        accepted = [self.unit] if self.also is None else [self.unit, self.also]
        if dimension not in accepted:
            kind = DIMENSIONS.get(dimension or "", "another kind of quantity")
            needed = f"{self._a_quantity} is needed, like '{self.examples[0]}'"
            raise ValueError(f"'{text}' is {kind}, {needed}")
        return factor

    def __get_pydantic_core_schema__(
        self, source: Any, handler: "GetCoreSchemaHandler"
    ) -> "core_schema.CoreSchema":
        """Validate text with a unit or an SI number, as ``mode`` in the context says."""
        from pydantic_core import PydanticCustomError, core_schema  # noqa: PLC0415

        def checked(value: object, info: core_schema.ValidationInfo) -> float | int:
            yaml = info.context is not None and info.context.get("mode") == "yaml"
            try:
                return self.from_text(value) if yaml else self.from_number(value)
            except ValueError as error:
                raise PydanticCustomError("quantity", "{said}", {"said": str(error)}) from None

        return core_schema.with_info_plain_validator_function(checked)

    def __get_pydantic_json_schema__(
        self, schema: "core_schema.CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> dict[str, Any]:
        """For editors, so as people write it in YAML."""
        return {
            "type": "string",
            "pattern": f"^{_SCHEMA_NUMBER} ?[A-Za-zµμ]+(/[A-Za-z]+)?$",
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class ShareOf(Quantity):
    """Marks a field as a share: a number from 0 to 1, in YAML also a percentage."""

    def from_text(self, value: object) -> float:
        """The share that a person wrote: ``0.95`` or ``95 %``."""
        if isinstance(value, str) and value.strip().endswith("%"):
            number = value.strip().removesuffix("%").strip()
            if _NUMBER.fullmatch(number):
                return self.checked(float(Decimal(number) / 100), value.strip())
        return self.from_number(value)

    def from_number(self, value: object) -> float:
        """The share that a document holds."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{_shown(value)} is not a share, like 0.95 or '95 %'")
        return self.checked(value, str(value))

    def checked(self, si: float, text: str) -> float:
        """``si`` if it is from 0 to 1; else ``ValueError``."""
        if not 0 <= si <= 1:
            hint = (
                f": did you mean '{_short(text)} %'?" if 1 < si <= 100 and "%" not in text else ""
            )
            raise ValueError(f"'{_short(text)}' is not a share from 0 to 1 (0 % to 100 %){hint}")
        return float(si)

    def __get_pydantic_json_schema__(
        self, schema: "core_schema.CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> dict[str, Any]:
        """A number or a percentage."""
        percentage = {"type": "string", "pattern": f"^{_SCHEMA_NUMBER} ?%$"}
        number = {"type": "number", "minimum": 0, "maximum": 1}
        return {"anyOf": [percentage, number], "examples": list(self.examples)}


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return f"'{_short(str(value))}'"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            raise AssertionError(f"{type(value)} in a document")


Seconds = Annotated[float, Quantity("s", ("37 us", "500 ms", "2 s", "1 min", "1 h", "1 d"))]
Joules = Annotated[float, Quantity("J", ("12 uJ", "3 mJ", "450 J", "40 mWh"))]
Watts = Annotated[float, Quantity("W", ("30 uW", "1.4 mW", "2 W"))]
JouleSeconds = Annotated[float, Quantity("Js", ("2 uJs", "1 mJs"))]
Hertz = Annotated[float, Quantity("Hz", ("96 MHz", "32 kHz", "1 GHz"), positive=True)]
Volts = Annotated[float, Quantity("V", ("0.8 V", "900 mV"), positive=True)]
Farads = Annotated[float, Quantity("F", ("232 pF", "1.2 nF"))]
Bytes = Annotated[int, Quantity("B", ("128 KiB", "2 MiB", "64 kB", "20 B"), whole=True)]
BytesPerSecond = Annotated[
    float, Quantity("B/s", ("1.5 MB/s", "64 kB/s", "8 Mbit/s"), positive=True)
]
JoulesPerByte = Annotated[float, Quantity("J/B", ("12 pJ/B", "1.5 nJ/B"), also="J")]
Share = Annotated[float, ShareOf("", ("95 %",))]
