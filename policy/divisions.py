"""Division codes (行政区划代码, GB/T 2260): two digits each for province, city and county."""

_EVERYTHING_BELOW = "00"


def below(code: str) -> str:
    """Return how the codes of a division and of all below it begin: 431200 -> 4312.

    431000 is a city of its own and not what lies in 431200, though a zero more could be dropped.
    """
    while code.endswith(_EVERYTHING_BELOW):
        code = code.removesuffix(_EVERYTHING_BELOW)
    return code
