"""Which districts of Seoul a place on the map may be in. Pure; a guess, which is said back, and books nothing.

The middles are rough, so near a border several are named; the address that follows in words decides.
"""

from collections.abc import Sequence
from math import cos, hypot, radians

# Latitude and longitude of each district's middle.
MIDDLES = {
    "종로구": (37.595, 126.977), "중구": (37.560, 126.996), "용산구": (37.531, 126.980), "성동구": (37.551, 127.041),
    "광진구": (37.546, 127.086), "동대문구": (37.582, 127.055), "중랑구": (37.598, 127.093),
    "성북구": (37.606, 127.018), "강북구": (37.643, 127.011), "도봉구": (37.669, 127.032), "노원구": (37.653, 127.075),
    "은평구": (37.619, 126.927), "서대문구": (37.578, 126.939), "마포구": (37.559, 126.908),
    "양천구": (37.525, 126.856), "강서구": (37.561, 126.823), "구로구": (37.495, 126.856), "금천구": (37.461, 126.901),
    "영등포구": (37.522, 126.910), "동작구": (37.499, 126.951), "관악구": (37.467, 126.945), "서초구": (37.473, 127.031),
    "강남구": (37.497, 127.063), "송파구": (37.505, 127.115), "강동구": (37.551, 127.147),
}  # fmt: skip

KM_PER_DEGREE = 111.2
FARTHEST_KM = 5.0
# Whose middle is farther by less than this may be where it is.
UNSURE_KM = 1.5
MOST_NAMED = 3


def districts_near(latitude: float, longitude: float) -> Sequence[str]:
    """The districts' Korean names, as people type them, the nearest first; several near a border, or none."""
    far = {name: _km(middle, latitude, longitude) for name, middle in MIDDLES.items()}
    nearest = min(far.values())
    if nearest > FARTHEST_KM:
        return ()
    return sorted((name for name in far if far[name] < nearest + UNSURE_KM), key=far.__getitem__)[:MOST_NAMED]


def _km(middle: tuple[float, float], latitude: float, longitude: float) -> float:
    north = latitude - middle[0]
    east = (longitude - middle[1]) * cos(radians(middle[0]))
    return hypot(north, east) * KM_PER_DEGREE
