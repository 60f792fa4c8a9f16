import fc from "fast-check";
import { anyText } from "./hostile-text.ts";
import { oneListed, oneWord } from "./listed.ts";

/** Stands for the bearer token, which is chosen when the request is sent. */
export const TOKEN = "{token}";
const LONG = "x".repeat(9_000);

export const otherMethods = fc.oneof(
  oneWord("GET HEAD OPTIONS POST PUT PATCH DELETE TRACE CONNECT PROPFIND QUERY LINK get BREW M-SEARCH PURGE"),
  fc.constantFrom("", "GET\t", LONG),
);

/** Lines of a head; "" is none. */
export const otherAuthorizations = fc.oneof(
  fc.constant(""),
  oneListed(`
    Authorization:
    Authorization: Bearer
    Authorization: Bearer x
    Authorization: Bearer \xff\xfe
    Authorization: Bearer ${TOKEN}\x00
    Authorization: Bearer ${TOKEN}, Bearer x
    Authorization: Basic ${TOKEN}
    Authorization: ${LONG}
    X-Authorization: Bearer ${TOKEN}
    Cookie: token=${TOKEN}`),
);

export const otherTypes = fc.oneof(
  fc.constant(""),
  oneListed(`
    Content-Type:
    Content-Type: */*
    Content-Type: __proto__
    Content-Type: \xff
    Content-Type: a/${LONG}
    Content-Type: text/plain
    Content-Type: application/x-www-form-urlencoded
    Content-Type: multipart/form-data; boundary=x
    Content-Type: APPLICATION/JSON
    Content-Type: application/json;
    Content-Type: application/jsonx
    Content-Type: application/json, text/plain
    Content-Type: application/json; charset=utf-16
    Content-Type: application/json\r\nContent-Encoding: gzip`),
);

/** Text as UTF-8 bytes in a header, without what would end it. */
const inHeader = (text: string): string => Buffer.from(text.replace(/[\r\n\0]/g, " ")).toString("latin1");

export const strangeHeaders = fc.array(
  fc.oneof(
    anyText.map((text) => `X-Request-ID: ${inHeader(text)}`),
    anyText.map((text) => `X-Relyloop-Actor: ${inHeader(text)}`),
    oneListed(`
      X-Request-ID: fine-one.1_2
      X-Request-ID: ${"x".repeat(65)}
      X-Request-ID: a\r\nX-Request-ID: b
      X-Relyloop-Actor: \xff\xfe
      X-Relyloop-Actor: \xc3\xa9\xe2\x80\xae
      X-Relyloop-Actor: ${"x".repeat(101)}
      X-Relyloop-Actor: ${"x".repeat(16 * 1024)}
      X-Relyloop-Actor: a\r\n b
      X-Relyloop-Actor: a\nX-Injected: b
      X-Relyloop-Actor: a\x00`),
    oneListed(`
      Host:
      Host: a b
      Host: a\r\nHost: b
      Host: ${LONG}
      X-Forwarded-For: 127.0.0.2
      Forwarded: for=x
      Expect: 100-continue
      Expect: nonsense
      Upgrade: h2c
      Upgrade: websocket
      Max-Forwards: 0
      X-HTTP-Method-Override: DELETE
      Origin: null`),
    oneListed(`
      Accept: text/event-stream
      Accept: text/html
      Accept: \xff
      Accept: ${"a/b;q=0.1,".repeat(700)}
      Accept-Encoding: gzip, br
      Content-Encoding: gzip
      Content-MD5: x
      Trailer: x
      TE: trailers
      Last-Event-ID: -1
      Last-Event-ID: x
      Last-Event-ID: 99999999999999999999
      Range: bytes=0-1
      If-None-Match: *
      If-Match: x`),
    oneListed(`
      X Y: b
      X-Injected : b
      \xff: b
      : b
      no colon
      ${"a: b\r\n".repeat(1_500).trim()}`),
  ),
  { minLength: 1, maxLength: 2 },
);
