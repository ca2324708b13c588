/** Names of domain events, for where the server gave none or the page is in English. */

const NAMES = {
  'reservation.requested': ['예약 요청', 'Booking requested'],
  'reservation.payment_deferred': ['결제 미룸', 'Payment deferred'],
  'reservation.payment_reopened': ['결제 다시 가능', 'Payment possible again'],
  'reservation.confirmed': ['예약 확정', 'Booking confirmed'],
  'reservation.rescheduled': ['방문 옮김', 'Visit moved'],
  'reservation.started': ['방문 시작', 'Visit started'],
  'reservation.completed': ['예약 완료', 'Booking completed'],
  'reservation.cancelled': ['예약 취소', 'Booking cancelled'],
  'reservation.expired': ['잡아 둔 시간 풀림', 'Hold expired'],
  'reservation.refund_requested': ['환불 요청', 'Refund requested'],
  'payment.pending': ['결제 결과 확인 중', 'Payment being checked'],
  'payment.approved': ['결제 승인', 'Payment approved'],
  'payment.declined': ['결제 거절', 'Payment declined'],
  'payment.refunding': ['환불 중', 'Refunding'],
  'payment.refunded': ['환불 완료', 'Refunded'],
  'payment.refund_delayed': ['환불 늦어짐', 'Refund delayed'],
  'payment.compensation_owed': ['보상금 생김', 'Compensation owed'],
  'payment.compensation_paid': ['보상금 지급', 'Compensation paid'],
  'payment.available': ['결제사 정상', 'Provider available'],
  'cleaning.cleaner_registered': ['업체 등록', 'Cleaner registered'],
  'cleaning.offered': ['새 일 제안', 'Job offered'],
  'cleaning.accepted': ['업체 수락', 'Job accepted'],
  'cleaning.declined': ['업체 거절', 'Job declined'],
  'cleaning.offer_expired': ['제안 기한 지남', 'Offer expired'],
  'cleaning.offer_revoked': ['제안 거둠', 'Offer revoked'],
  'cleaning.uncovered': ['하루 전인데 업체 없음', 'Still no cleaner'],
  'cleaning.unfilled': ['업체 못 찾음', 'No cleaner found'],
  'cleaning.withdrawn': ['업체가 물러남', 'Cleaner withdrew'],
  'cleaning.en_route': ['업체 출발', 'Cleaner on the way'],
  'cleaning.started': ['청소 시작', 'Cleaning started'],
  'cleaning.completed': ['청소 완료', 'Cleaning finished'],
  'cleaning.called_off': ['일 취소', 'Job called off'],
  'cleaning.no_show': ['제때 시작 안 함', 'No show'],
  'cleaning.unattended': ['일하던 업체의 역할 회수', 'Cleaner removed at work'],
  'notification.sent': ['알림 보냄', 'Notification sent'],
  'notification.failed': ['알림 실패', 'Notification failed'],
  'notification.suppressed': ['알림 보내지 않음', 'Notification suppressed'],
  'notification.broadcast_finished': ['단체 발송 끝', 'Broadcast finished'],
  'bot.person_linked': ['사람 연결', 'Person linked'],
  'bot.contact_changed': ['연락처 바뀜', 'Contact changed'],
  'bot.consent_changed': ['수신 동의 바뀜', 'Consent changed'],
  'bot.handover_requested': ['상담원 요청', 'Person asked for'],
  'bot.role_taken_back': ['역할 회수', 'Role taken back'],
  'bot.person_erased': ['개인정보 삭제', 'Person erased'],
};

/** `reservation.confirmed` out of that, `reservation.confirmed.v1` or `ssak3.reservation.confirmed.v1`. */
export const shortName = (name) => String(name ?? '').replace(/^ssak3\./, '').replace(/\.v\d+$/, '');

export function eventText(event, language) {
  const [korean, english] = NAMES[shortName(event.name)] ?? [];
  if (language === 'en') return english ?? shortName(event.name);
  return event.text || korean || shortName(event.name);
}

export const contextOf = (name) => shortName(name).split('.')[0];
