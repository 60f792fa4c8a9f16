/** Makes one request with the product's HTTP client, in a process whose environment a test chooses. */
import { createHttpClient } from "../../src/git/http-client.ts";

const http = createHttpClient({
  authorization: async () => "Basic eDp5",
  signal: AbortSignal.timeout(15_000),
});
const answer = await http.request({ url: process.argv[2] ?? "" });
process.stdout.write(String(answer.statusCode));
