// Everything Parley's page says, in Russian. In sentences about people the present tense: it needs no
// grammatical gender, which nobody has told.

import type { Refusals, Sentences, Table } from "./words.ts";

const sentences: Sentences = {
  // The page
  people: "Сейчас здесь",
  messages: "Сообщения",
  empty: "Пока никто ничего не написал. Поздоровайтесь!",
  form: "Ваше сообщение",
  youAre: "Вы — {name}",
  rename: "Сменить имя",
  yourName: "Ваше имя",
  connect: "Войти",
  connecting: "Подключение…",
  message: "Сообщение",
  send: "Отправить",
  utc: "Время указано по UTC.",
  loadNew: "Загрузить новые сообщения",

  // The door
  passwordNeeded: "У этой комнаты есть пароль.",
  password: "Пароль",
  enter: "Войти",

  // Rows
  you: "(вы)",
  andOthers: {
    one: "и ещё {count}",
    few: "и ещё {count}",
    many: "и ещё {count}",
    other: "и ещё {count}",
  },
  others: { one: "ещё {count}", few: "ещё {count}", many: "ещё {count}", other: "ещё {count}" },
  joined: {
    one: "{names} теперь в чате",
    few: "{names} теперь в чате",
    many: "{names} теперь в чате",
    other: "{names} теперь в чате",
  },
  left: {
    one: "{names} больше не в чате",
    few: "{names} больше не в чате",
    many: "{names} больше не в чате",
    other: "{names} больше не в чате",
  },
  missed: {
    one: "Пропущено {count} сообщение",
    few: "Пропущено {count} сообщения",
    many: "Пропущено {count} сообщений",
    other: "Пропущено {count} сообщения",
  },
  lost: {
    one: "{count} сообщение потеряно: на сервере его больше нет",
    few: "{count} сообщения потеряны: на сервере их больше нет",
    many: "{count} сообщений потеряно: на сервере их больше нет",
    other: "{count} сообщения потеряно: на сервере их больше нет",
  },
  loadMissed: "Загрузить",
  beginning: "Здесь начинается то, что сохранено",
  today: "Сегодня",
  yesterday: "Вчера",
  newDivider: "Новые",
  pill: {
    one: "↓ {count} новое",
    few: "↓ {count} новых",
    many: "↓ {count} новых",
    other: "↓ {count} новых",
  },
  newMessages: {
    one: "{count} новое сообщение",
    few: "{count} новых сообщения",
    many: "{count} новых сообщений",
    other: "{count} новых сообщения",
  },
  toNewest: "К последнему сообщению",
  loadingMissed: "Загрузка…",
  spoken: "{name}: {text}",
  sending: "Отправляется…",
  stored: "Сохранено",
  failed: "Не отправлено",
  retry: "Повторить",
  copy: "Копировать",
  copied: "Скопировано",
  delete: "Удалить",
  linkHost: "Ведёт на {host}",

  // The composer
  counter: "{length} из {limit} знаков",
  tooLong: {
    one: "На {count} знак больше, чем можно. Ничего не обрезано: сократите или отправьте по частям",
    few:
      "На {count} знака больше, чем можно. Ничего не обрезано: сократите или отправьте по частям",
    many:
      "На {count} знаков больше, чем можно. Ничего не обрезано: сократите или отправьте по частям",
    other:
      "На {count} знака больше, чем можно. Ничего не обрезано: сократите или отправьте по частям",
  },
  pasted: {
    one: "Вставлена {count} строка. Всё на месте и уйдёт одним сообщением",
    few: "Вставлены {count} строки. Всё на месте и уйдёт одним сообщением",
    many: "Вставлено {count} строк. Всё на месте и уйдёт одним сообщением",
    other: "Вставлено {count} строки. Всё на месте и уйдёт одним сообщением",
  },
  outboxFull: "Слишком много сообщений ждёт отправки. Это осталось здесь",
  typing: {
    one: "{names} печатает…",
    few: "{names} печатают…",
    many: "{names} печатают…",
    other: "{names} печатают…",
  },

  // The connection
  connected: "Подключено",
  reconnecting: "Переподключение…",
  offline: "Нет сети",
  stopped: "Не подключено",
  queued: {
    one: "{count} в очереди",
    few: "{count} в очереди",
    many: "{count} в очереди",
    other: "{count} в очереди",
  },
  notSent: "Сообщение не отправлено: {reason}",
  tooSlow: "сервер не отвечает",
  refusedEarlier: "сервер его раньше не принял",

  // Settings and keys
  settings: "Настройки",
  language: "Язык",
  theme: "Тема",
  themeSystem: "Системная",
  themeLight: "Светлая",
  themeDark: "Тёмная",
  sound: "Звук новых сообщений",
  notifications: "Уведомления",
  notificationsDenied: "Браузер не разрешает этой странице уведомления",
  notificationsNeedHttps: "Для уведомлений нужен https",
  notificationTitle: "{name} в {title}",
  notificationMore: {
    one: "{count} новое сообщение",
    few: "{count} новых сообщения",
    many: "{count} новых сообщений",
    other: "{count} новых сообщения",
  },
  keys: "Клавиши",
  close: "Закрыть",
  keySend: "Отправить сообщение",
  keyNewLine: "Новая строка",
  keyAlwaysSend: "Отправить, даже во время набора",
  keyWrite: "Писать сообщение",
  keyRows: "В сообщениях: от одного к другому",
  keyEscape: "Закрыть это, потом перейти к последнему сообщению",
  keyHelp: "Показать эти клавиши",

  useName: "Взять «{name}»",
};

// By the codes of src/errors.ts; those left out are met by programs and not by people.
const refusals: Refusals = {
  name_taken: "Это имя здесь уже занято. «{name}» свободно",
  name_invalid:
    "Такое имя не подходит: нужно от 1 до 32 видимых знаков, в каждом слове одного алфавита, и не служебное",
  text_invalid: "Это нельзя отправить: нужно от 1 до 2000 знаков",
  rate_limited: {
    one: "Слишком быстро. Продолжим через {count} секунду",
    few: "Слишком быстро. Продолжим через {count} секунды",
    many: "Слишком быстро. Продолжим через {count} секунд",
    other: "Слишком быстро. Продолжим через {count} секунды",
  },
  unauthorized: "Это не тот пароль",
  not_saved: "Сервер сейчас не может сохранять сообщения",
  too_large: "Это сообщение слишком велико",
  not_joined: "Сначала нужно имя",
  origin: "Эта страница не относится к этому серверу",
  bad_request: "Сервер этого не понял. Обновите страницу",
  internal: "Что-то пошло не так. Попробуйте ещё раз",
  too_many_connections: "Сервер переполнен. Попробуйте позже",
};

/** Russian. */
export const ru: Table = { sentences, refusals };
