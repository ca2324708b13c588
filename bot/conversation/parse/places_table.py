"""Places: what we serve by area id, what a name may mean, and what we don't serve. Add a name here.

Names are plain text; one that is an ordinary word too (방이, 거여, 삼성) stands here only with its 동 or 역.
"""

DISTRICTS = {"마포구": "mapo", "서대문구": "seodaemun", "강남구": "gangnam", "송파구": "songpa"}

NAMES = {
    "mapo": (
        "마포 공덕 신공덕 아현 도화동 용강동 대흥동 대흥역 염리동 신수동 서강대 서강동 서교 합정 망원 연남 성산동 성산 상암 "
        "홍대 홍대입구 홍익대 상수동 상수역 광흥창 월드컵경기장 디지털미디어시티 디엠씨 애오개 연트럴파크 경의선숲길 망리단길 "
        "토정동 하중동 구수동 현석동 노고산동 당인동 동교동 신정동"
    ).split(),
    "seodaemun": (
        "서대문 충정로 천연동 북아현 신촌동 연희 홍제동 홍제역 홍은 남가좌 북가좌 창천동 대현동 봉원동 이대역 이대앞 이화여대 "
        "독립문 무악재 연세대 현저동 냉천동 영천동 영천시장 옥천동 합동 미근동 대신동 명지대"
    ).split(),
    "gangnam": (
        "강남 역삼 논현 신논현 압구정 청담 삼성동 삼성역 코엑스 대치동 대치역 도곡 개포 세곡 자곡 율현 일원동 일원역 대청역 "
        "수서 선릉 선정릉 언주역 학동역 학동사거리 한티역 매봉역 구룡마을 가로수길 은마아파트 봉은사역"
    ).split(),
    "songpa": (
        "송파 잠실 잠실새내 신천역 신천동 풍납 거여동 거여역 마천동 마천역 방이동 방이역 오금동 오금역 가락동 가락시장 문정 "
        "장지동 장지역 석촌 삼전동 삼전역 송리단길 올림픽공원 몽촌토성 롯데월드 헬리오시티"
    ).split(),
}  # fmt: skip

NAMES_EN = {
    "mapo": "mapo hongdae hapjeong mangwon yeonnam gongdeok sangam sangsu seogyo",
    "seodaemun": "seodaemun yeonhui hongje ewha yonsei chungjeongno hongeun",
    "gangnam": "gangnam yeoksam nonhyeon apgujeong cheongdam samseong daechi dogok gaepo suseo seolleung coex",
    "songpa": "songpa jamsil bangi munjeong garak seokchon sincheon-dong ogeum",
}

AMBIGUOUS = {  # an area id where we go, a Korean name where we don't
    "신사동": ("gangnam", "은평구", "관악구"),
    "신사": ("gangnam", "은평구", "관악구"),
    "신촌역": ("seodaemun", "mapo"),
    "신촌": ("seodaemun", "mapo"),
    "가좌역": ("seodaemun", "mapo"),
    "위례신도시": ("songpa", "성남시", "하남시"),
    "위례": ("songpa", "성남시", "하남시"),
    "sinchon": ("seodaemun", "mapo"),
    "sinsa": ("gangnam", "은평구", "관악구"),
}

UNSERVED_DISTRICTS = (
    "강동구 강북구 강서구 관악구 광진구 구로구 금천구 노원구 도봉구 동대문구 동작구 서초구 성동구 성북구 양천구 영등포구 "
    "용산구 은평구 종로구 중랑구 중구 남구 동구 서구 북구 해운대구 수성구 유성구 분당구 일산동구 일산서구 덕양구 부평구 연수구"
).split()
UNSERVED = (
    "부산 대구 인천 광주 대전 울산 세종 제주 경기 강원 충북 충남 전북 전남 경북 경남 경상도 전라도 충청도 강원도 수원 성남 "
    "용인 고양 부천 안산 안양 남양주 화성시 평택 의정부 시흥 파주 김포 광명 군포 하남 구리 오산 이천 양주 안성 포천 의왕 "
    "여주 과천 분당 판교 일산 동탄 광교 송도 청라 부평 청주 천안 전주 포항 창원 김해 구미 춘천 원주 강릉 속초 여수 순천 목포 "
    "군산 익산 진주 경주 해운대 강동 강북 강서 관악 광진 노원 도봉 동대문 서초 성북 양천 영등포 용산 은평 종로 중랑 구로 금천 "
    "동작동 성수동 성수역 여의도 이태원 한남동 목동 사당 신림 건대 천호 길동 명동 을지로 혜화 상계동 반포 방배 양재 문래 당산 "
    "성동 북촌 노량진 왕십리 청량리 미아동 수유 불광 연신내"
).split()
UNSERVED_EN = {
    "busan": "부산", "incheon": "인천", "daegu": "대구", "daejeon": "대전", "gwangju": "광주", "ulsan": "울산",
    "jeju": "제주", "suwon": "수원", "bundang": "분당", "pangyo": "판교", "ilsan": "일산", "yongin": "용인",
    "jongno": "종로", "itaewon": "이태원", "yongsan": "용산", "seocho": "서초", "yeouido": "여의도",
    "gwanak": "관악", "seongsu": "성수동", "gangdong": "강동", "gangseo": "강서", "eunpyeong": "은평",
    "myeongdong": "명동", "hannam": "한남동", "banpo": "반포", "songdo": "송도",
}  # fmt: skip
