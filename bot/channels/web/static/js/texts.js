/** What the page itself says, in Korean and English; what the bot says comes from the server. */

import { load, save } from './store.js';

const KO = {
  documentTitle: '싹3 · 채팅으로 하는 청소 예약',
  tagline: '채팅으로 하는 청소 예약',
  disclaimer: '카카오톡 스타일 · 카카오와 무관',
  languageGroup: '화면 언어',
  phones: '휴대폰 고르기',
  customer: '고객',
  cleaner: '청소업체',
  operator: '운영자',
  phoneLabel: '{role} 휴대폰',
  chatLabel: '{role} 대화',
  unread: '안 읽은 메시지 {n}개',
  starting: '시작하는 중',
  connecting: '연결하는 중',
  online: '연결됨',
  offline: '연결 끊김',
  join: '초대 필요',
  reconnecting: '다시 연결하는 중… 보낸 말은 그대로 두었다가 이어서 보내요.',
  reconnectNow: '지금 연결',
  joinTitle_customer: '고객으로 들어오기',
  joinTitle_cleaner: '청소업체로 들어오기',
  joinTitle_operator: '운영자로 들어오기',
  joinHint: '받으신 초대 코드를 넣어 주세요. 초대는 한 번만 쓸 수 있어요.',
  joinCode: '초대 코드',
  joinButton: '초대 코드로 들어가기',
  joinDemo: '데모로 들어가기',
  joinDemoHint: '이 컴퓨터에서 돌아가는 데모라 초대 없이 들어갈 수 있어요.',
  joinEmpty: '초대 코드를 적어 주세요.',
  joinFailed: '들어가지 못했어요. 잠시 뒤 다시 눌러 주세요.',
  joinRefused: '이 코드로는 들어갈 수 없어요. 새 초대 코드를 받아 주세요.',
  demoTitle: '데모 조작',
  provider: '결제사',
  mode_normal: '정상',
  mode_slow: '느림',
  mode_down: '꺼짐',
  mode_declining: '거절',
  mode_unknown: '결과 모름',
  more: '더보기',
  less: '접기',
  notifications: '알림',
  clock: '시계',
  forward_30: '+30분',
  forward_180: '+3시간',
  forward_1440: '+1일',
  running: '보내는 중',
  paused: '멈춤',
  waiting: '밀린 알림 {n}',
  breaker_closed: '차단기 닫힘',
  breaker_open: '차단기 열림',
  breaker_half_open: '차단기 확인 중',
  hint_normal: '결제사를 꺼 보세요. 예약은 계속 받아요.',
  hint_paused: '알림이 멈춰도 예약은 계속돼요. 다시 켜면 밀린 알림이 모두 나가요.',
  hint_slow: '결제사가 10초 늦게 답해요. 고객은 기다리지 않고, 시간은 잡아 둬요.',
  hint_down: '결제사가 꺼져도 시간은 잡아 둬요. 다시 켜면 결제를 마치거나, 결제하라고 알려드려요.',
  hint_declining: '결제사가 카드를 거절해요. 돈은 나가지 않고 다른 방법을 안내해요.',
  hint_unknown: '결제는 되고 답만 사라져요. 두 번 결제되지 않게 확인부터 해요.',
  hint_draining: '밀린 알림을 보내고 있어요.',
  live: '실시간 이벤트',
  showAll: '모두 보기',
  hideAll: '닫기',
  eventList: '최근 이벤트 100개',
  noEvents: '아직 이벤트가 없어요. 고객 휴대폰에서 예약해 보세요.',
  demoFailed: '바꾸지 못했어요. 다시 눌러 주세요.',
  clockRefused: '시계는 다 합쳐 1년까지만 앞으로 돌릴 수 있어요.',
  change_provider: '결제사: {value}',
  change_paused: '알림을 멈췄어요',
  change_resumed: '알림을 다시 보내요',
  // chat
  me: '나',
  bot: '싹3',
  type: '메시지를 입력하세요',
  send: '보내기',
  examples: '이렇게 말해 보세요',
  quickReplies: '빠른 답장',
  noticeArrived: '알림톡 도착',
  showFull: '전체 보기',
  fold: '접기',
  notRead: '아직 답하지 않음',
  sending: '보내는 중',
  failed: '보내지 못했어요',
  retry: '다시 보내기',
  discard: '지우기',
  newMessage: '새 메시지',
  typing: '싹3가 입력하고 있어요',
  linkBlocked: '열 수 없는 주소예요',
  newWindow: '새 창에서 열려요',
};

const EN = {
  documentTitle: 'Ssak3 · cleaning, booked by chat',
  tagline: 'Cleaning, booked by chat',
  disclaimer: 'KakaoTalk style · not affiliated with Kakao',
  languageGroup: 'Page language',
  phones: 'Choose a phone',
  customer: 'Customer',
  cleaner: 'Cleaner',
  operator: 'Operator',
  phoneLabel: '{role}’s phone',
  chatLabel: '{role}’s chat',
  unread: '{n} unread messages',
  starting: 'Starting',
  connecting: 'Connecting',
  online: 'Connected',
  offline: 'Disconnected',
  join: 'Invite needed',
  reconnecting: 'Reconnecting… what you sent is kept and goes out next.',
  reconnectNow: 'Connect now',
  joinTitle_customer: 'Join as a customer',
  joinTitle_cleaner: 'Join as a cleaner',
  joinTitle_operator: 'Join as an operator',
  joinHint: 'Enter the invite code you were given. An invite works once.',
  joinCode: 'Invite code',
  joinButton: 'Join with the code',
  joinDemo: 'Join the demo',
  joinDemoHint: 'The demo runs on this computer, so no invite is needed.',
  joinEmpty: 'Please enter the invite code.',
  joinFailed: 'Could not join. Please try again in a moment.',
  joinRefused: 'This code does not work. Please ask for a new one.',
  demoTitle: 'Demo switches',
  provider: 'Payment provider',
  mode_normal: 'Normal',
  mode_slow: 'Slow',
  mode_down: 'Down',
  mode_declining: 'Declining',
  mode_unknown: 'Unknown',
  more: 'More',
  less: 'Less',
  notifications: 'Notifications',
  clock: 'Clock',
  forward_30: '+30 min',
  forward_180: '+3 h',
  forward_1440: '+1 day',
  running: 'Running',
  paused: 'Paused',
  waiting: '{n} waiting',
  breaker_closed: 'Breaker closed',
  breaker_open: 'Breaker open',
  breaker_half_open: 'Breaker half-open',
  hint_normal: 'Turn the provider off: bookings go on.',
  hint_paused: 'Bookings go on without notifications. Resume, and everything waiting is sent.',
  hint_slow: 'The provider answers 10 s late. Customers do not wait; the slot is kept.',
  hint_down: 'The slot is kept without the provider. Turn it on: payments finish, or customers are called back.',
  hint_declining: 'The provider declines cards. Nothing is charged; another way is offered.',
  hint_unknown: 'The charge happens but the answer is lost. It is checked first, never charged twice.',
  hint_draining: 'Sending what was waiting.',
  live: 'Live events',
  showAll: 'Show all',
  hideAll: 'Close',
  eventList: 'The last 100 events',
  noEvents: 'No events yet. Book something on the customer’s phone.',
  demoFailed: 'That did not work. Please try again.',
  clockRefused: 'The clock goes forward a year at most, all steps together.',
  change_provider: 'Provider: {value}',
  change_paused: 'Notifications paused',
  change_resumed: 'Notifications resumed',
  // chat
  me: 'Me',
  bot: 'Ssak3',
  type: 'Type a message',
  send: 'Send',
  examples: 'Try saying',
  quickReplies: 'Quick replies',
  noticeArrived: 'Notice arrived',
  showFull: 'Show all',
  fold: 'Fold',
  notRead: 'not answered yet',
  sending: 'sending',
  failed: 'Not sent',
  retry: 'Send again',
  discard: 'Discard',
  newMessage: 'New message',
  typing: 'Ssak3 is typing',
  linkBlocked: 'This address cannot be opened',
  newWindow: 'opens in a new window',
};

const TABLES = { ko: KO, en: EN };
const listeners = [];
let current = load('language') === 'en' ? 'en' : 'ko';

export const pageLanguage = () => current;

export function setPageLanguage(language) {
  current = language === 'en' ? 'en' : 'ko';
  save('language', current);
  listeners.forEach((listener) => listener(current));
}

export function onPageLanguage(listener) {
  listeners.push(listener);
  listener(current);
}

/** The sentence of that key in a language (the page's own, unless given), with {names} filled in. */
export function t(key, values = {}, language = current) {
  const sentence = (TABLES[language] ?? KO)[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Fills every element that carries data-i18n (its text) or data-i18n-label (its aria-label). */
export function translatePage(root = document) {
  document.documentElement.lang = current;
  for (const element of root.querySelectorAll('[data-i18n]')) element.textContent = t(element.dataset.i18n);
  for (const element of root.querySelectorAll('[data-i18n-label]')) {
    element.setAttribute('aria-label', t(element.dataset.i18nLabel));
  }
}
