/** Exit code of a child whose files are beyond repair: the supervisor doesn't try again (EX_DATAERR of sysexits.h). */
export const unusableExitCode = 65;
