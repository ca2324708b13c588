/** Things a newcomer can say, offered behind "+" for each role. */

export const EXAMPLES = {
  customer: {
    ko: ['금요일 2시 마포 24평 집청소', '내 예약', '시간 바꿀래', '취소하면 얼마 떼요?', '상담원', '영어로', '처음으로'],
    en: ['clean my place tomorrow 2pm, Mapo', 'my bookings', 'how much would I get back?', 'cancel my booking', 'Korean please'],
  },
  cleaner: {
    ko: ['오늘 일', '출발했어요', '시작', '완료', '못 가게 됐어요', '영어로'],
    en: ['today’s jobs', 'on my way', 'start', 'finish', 'Korean please'],
  },
  operator: {
    ko: ['현황', '급한 일', '발송 안내', '발송 목록', '상담 대기', '보상금', '실패함', '업체 초대', '영어로'],
    en: ['board', 'urgent', 'broadcast info', 'broadcasts', 'waiting customers', 'compensations', 'dead letters', 'invite a cleaner', 'Korean please'],
  },
};
