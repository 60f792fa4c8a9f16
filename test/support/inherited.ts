/**
 * What the processes a test starts inherit of its own environment: where programs are, and the code Node compiled for
 * the processes before them. Everything else is the test's to say.
 */
export const inherited = {
  PATH: process.env.PATH ?? "",
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
};
