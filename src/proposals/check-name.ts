/** Of the app's own check run. A name alone proves nothing: whose it is, the app's id says. */
export const CHECK_NAME = "relyloop/proposal";
