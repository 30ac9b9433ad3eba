/** The close code of a socket whose session is over: signed out, revoked or expired. Connecting again is of no use. */
export const SESSION_OVER = 4401;
