// Three sounds of our own, so that nobody has to look: up is yes, down is no, two the same is look.

const TONES = {
  accepted: [
    { hz: 660, at: 0, for: 0.09 },
    { hz: 990, at: 0.09, for: 0.16 },
  ],
  refused: [
    { hz: 330, at: 0, for: 0.2, shape: "square" },
    { hz: 196, at: 0.2, for: 0.38, shape: "square" },
  ],
  look: [
    { hz: 520, at: 0, for: 0.13 },
    { hz: 520, at: 0.22, for: 0.13 },
  ],
};
TONES.alarm = [0, 0.5, 1].flatMap((at) => TONES.refused.map((tone) => ({ ...tone, at: tone.at + at })));
const SOUND_OF = { accepted: "accepted", refused: "refused", unknown: "refused", parked: "look" };

/**
 * The sounds of a floor. A browser lets a page sound after the first touch or key, so the first
 * one wakes it.
 * @param {() => number} volume  0 to 1
 */
export function createSound(volume) {
  let context = null;
  const wake = () => {
    context ||= "AudioContext" in window ? new AudioContext() : null;
    if (context && context.state === "suspended") context.resume().catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown"]) {
    window.addEventListener(kind, wake, { capture: true, passive: true });
  }
  return {
    /** The sound of a verdict: accepted, refused, unknown, parked or look; or alarm. */
    play(verdict) {
      const loud = volume();
      if (!context || context.state !== "running" || loud <= 0) return;
      for (const tone of TONES[SOUND_OF[verdict] || verdict]) beep(context, tone, loud);
    },
    wake,
  };
}

function beep(context, tone, loud) {
  const begin = context.currentTime + tone.at;
  const end = begin + tone.for;
  const source = new OscillatorNode(context, { type: tone.shape || "sine", frequency: tone.hz });
  const gain = new GainNode(context, { gain: 0 });
  // A square wave is much louder than a sine of the same height.
  const height = loud * (tone.shape ? 0.35 : 0.9);
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(height, begin + 0.012);
  gain.gain.setValueAtTime(height, end - 0.03);
  gain.gain.linearRampToValueAtTime(0, end);
  source.connect(gain).connect(context.destination);
  source.start(begin);
  source.stop(end);
}
