/** One finished poll. Times in milliseconds. */
export interface PollResult {
  readonly asked: number;
  readonly received: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The most a message waits for company. 200 messages a second make 0.15 receive calls per message with 35 ms, and 0.6
 * without; a call costs 60 to 110 µs of CPU, whatever it carries.
 */
const longestPauseMilliseconds = 35;
/** A pause that gathers less isn't worth its wait. */
const leastGain = 2;
/** What a pause and the call after it aim at: not ten, so that a full poll still means something. */
const targetGain = 7;
/** So many full polls in a row are a backlog; fewer happen by chance. */
const fullPollsOfBacklog = 5;
/** A poll that waited so long for little ended a silence: what was before says nothing of what comes. */
const silenceMilliseconds = 50;
/** A full poll at so many times the rate that the past gave is no chance: the past is over. */
const timesOfSurge = 3;

/**
 * Decides the pause between polls. A trickle is polled without any; from about 60 messages a second on, a short pause
 * lets several gather; a backlog fills every poll, and then there is none again.
 */
export class Pace {
  /** Messages and milliseconds of the recent past, fading: their quotient is the rate. */
  #messages = 0;
  #milliseconds = 0;
  #lastEndedAt: number | undefined;
  #fullPolls = 0;
  #hastyEmpties = 0;

  /** Whether polls keep coming back full: more receivers would help. */
  get isBacklogged(): boolean {
    return this.#fullPolls >= fullPollsOfBacklog;
  }

  /** Milliseconds to wait before the next poll. */
  pauseAfter(poll: PollResult): number {
    this.#learn(poll);
    // A server that answers "nothing" at once, or a wait of 0, must not become a busy loop.
    if (this.#hastyEmpties > 0) return Math.min(1_000, 10 * 2 ** (this.#hastyEmpties - 1));
    if (poll.received === 0 || this.isBacklogged || this.#milliseconds === 0) return 0;
    const perMillisecond = this.#messages / this.#milliseconds;
    if (perMillisecond * longestPauseMilliseconds < leastGain) return 0;
    const callMilliseconds = poll.endedAt - poll.startedAt;
    return Math.max(0, Math.min(longestPauseMilliseconds, targetGain / perMillisecond - callMilliseconds));
  }

  #learn(poll: PollResult): void {
    // A long silence says no more than a short one; unbounded it would hide the rate for dozens of polls.
    const elapsed = Math.max(1, Math.min(250, poll.endedAt - (this.#lastEndedAt ?? poll.startedAt)));
    this.#lastEndedAt = poll.endedAt;
    this.#learnRate(poll, elapsed);
    this.#fullPolls = isFull(poll) ? this.#fullPolls + 1 : 0;
    this.#hastyEmpties = poll.received === 0 && isHasty(poll) ? this.#hastyEmpties + 1 : 0;
  }

  /**
   * The past fades. After a silence and in a surge it is forgotten, or a burst's first messages would wait for four
   * pauses, 100 ms.
   */
  #learnRate(poll: PollResult, elapsedMilliseconds: number): void {
    const isSilenceOver = endedSilence(poll);
    const kept = isSilenceOver || this.#isSurge(poll, elapsedMilliseconds) ? 0 : 0.8;
    this.#messages *= kept;
    this.#milliseconds *= kept;
    if (isSilenceOver) return;
    this.#messages += poll.received;
    this.#milliseconds += elapsedMilliseconds;
  }

  #isSurge(poll: PollResult, elapsedMilliseconds: number): boolean {
    const pastRate = this.#messages / Math.max(1, this.#milliseconds);
    return isFull(poll) && poll.received / elapsedMilliseconds > timesOfSurge * pastRate;
  }
}

/** Eight of ten is full: SQS asks a sample of its hosts and seldom fills a poll to the last place. */
function isFull({ asked, received }: PollResult): boolean {
  return received > 0 && received >= asked * 0.8;
}

function endedSilence({ asked, received, startedAt, endedAt }: PollResult): boolean {
  return received < asked / 2 && endedAt - startedAt >= silenceMilliseconds;
}

/** A poll that lasts is no busy loop, even if it ends before its wait: the emulator wakes every poller per message. */
function isHasty({ startedAt, endedAt }: PollResult): boolean {
  return endedAt - startedAt < 100;
}
