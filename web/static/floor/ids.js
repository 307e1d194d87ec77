/**
 * Numbers for scans: UUID version 7 (RFC 9562), which sort by the time they were made.
 * Within one page each is above the one before it, also when the clock goes back.
 */

const SEQUENCE_MAX = 0xfff;
let lastMs = 0;
let sequence = 0;

/**
 * A new UUIDv7.
 * @param {number} [now] milliseconds since 1970
 * @returns {string} 36 characters, lower case
 */
export function uuid7(now = Date.now()) {
  const random = crypto.getRandomValues(new Uint8Array(10));
  if (now > lastMs) {
    lastMs = now;
    // The first bit stays clear, so that many can follow within one millisecond.
    sequence = ((random[8] << 8) | random[9]) & 0x7ff;
  } else if (sequence < SEQUENCE_MAX) {
    sequence += 1;
  } else {
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const counted = (0x7000 | sequence).toString(16);
  random[0] = 0x80 | (random[0] & 0x3f);
  const rest = [...random.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return [
    time.slice(0, 8),
    time.slice(8),
    counted,
    rest.slice(0, 2).join(""),
    rest.slice(2).join(""),
  ].join("-");
}

/**
 * When a UUIDv7 was made.
 * @param {string} id
 * @returns {number} milliseconds since 1970
 */
export function madeAt(id) {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
