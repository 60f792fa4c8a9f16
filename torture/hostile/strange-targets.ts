import fc from "fast-check";
import { anyText } from "./hostile-text.ts";
import { oneWord } from "./listed.ts";

const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** In the place of an id in a path. */
export const strangeIds = fc.oneof(
  fc.uuid(),
  anyText.map(encoded),
  oneWord(`%00 % %zz %ff %2501 %c0%ae%c0%ae ..%2f..%2fhealthz .. . null 0 {id} ;a=b a/b * # __proto__
    01a20724-0000-7000-8000-000000000000%0a`),
  fc.constantFrom("", "0".repeat(5_000)),
);

export const strangeQueries = fc.oneof(
  fc.tuple(anyText, anyText).map(([name, value]) => `${encoded(name)}=${encoded(value)}`),
  oneWord(`limit=0 limit=1 limit=200 limit=201 limit=-1 limit=1e2 limit=0x10 limit=%31 limit= limit[]=1 limit[a]=1
    limit=1&limit=2 limit=99999999999999999999`),
  oneWord(`cursor=garbage cursor=%00 cursor=eyJ9 cursor=LTE after=-1 after=9007199254740993 status= status=pending
    status=pending&status=rejected cluster_id=x source=study`),
  oneWord("__proto__=1 constructor[prototype]=1 %ff=1 % = #"),
  fc.constantFrom("a=".repeat(3_000), "&".repeat(3_000)),
);

/** Mostly none. */
export const pathTricks = fc.oneof(
  { weight: 20, arbitrary: fc.constant((path: string) => path) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      (path: string) => `/${path}`,
      (path: string) => `${path}/`,
      (path: string) => `http://evil.example${path}`,
      (path: string) => path.toUpperCase(),
      (path: string) => path.replace("/api", "/api/../api"),
      (path: string) => path.replace("api", "%61pi"),
      (path: string) => `${path}%00`,
      (path: string) => `${path}#x`,
      (path: string) => path.slice(1),
      (path: string) => `${path} x`,
    ),
  },
);
