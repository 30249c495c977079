// Why a call ended, for a person. Only what this page has seen by itself may accuse: what it is told, somebody else has chosen.

const SEEN = new Map([
  ["own", "You have hung up."],
  ["declined", "You have declined the call."],
  ["media-failed", "The connection between the two devices was lost."],
  ["dtls-failed", "The other end did not present the certificate that was announced. Somebody may be in between: the call was ended."],
  ["sdp-rejected", "The other end asked for something that this client refuses."],
  ["no-sdes", "An ordinary call with a client that wants its media keys in the signalling (SDES). Browsers cannot do that."],
  ["mode-unknown", "The service asked for a kind of call that this client does not know."],
  ["offline", "The connection to the calling service was lost."],
]);

/** What a service says (docs/calling-service.md); of a peer's words it takes `declined` to `mode-unknown`. */
const TOLD = new Map([
  ["answered-elsewhere", "Answered on another of your devices."],
  ["declined-elsewhere", "Declined on another of your devices."],
  ["cancelled", "The caller has hung up."],
  ["no-answer", "Nobody answered."],
  ["unavailable", "The other person's devices are gone."],
  ["transferred", "The call goes on without you: it was transferred."],
  ["parked", "The call is parked: the other person waits."],
  ["companion", "The call goes on without this device."],
  ["disconnected", "The other device has lost its connection to the service."],
  ["voicemail", "The call has gone to the voicemail."],
  ["user-removed", "An administrator has removed the other person."],
  ["declined", "The call was declined."],
  ["no-microphone", "The other device has no microphone."],
  ["failed", "The other device cannot take the call."],
  ["user", "The other person has hung up."],
  ["codes-differ", "The other person has hung up, and says that the codes did not match."],
  ["media-failed", "The other device has lost the connection to this one."],
  ["dtls-failed", "The other device could not agree on keys with this one, and has ended the call."],
  ["sdp-rejected", "The other device was asked for something that it refuses, and has ended the call."],
  ["no-sdes", "The other device is a browser, and cannot have its media keys in the signalling (SDES)."],
  ["mode-unknown", "The other device does not know this kind of call."],
]);

/** The end of a call that this page has brought about, for what it did or saw itself. */
export function seen(why) {
  return SEEN.get(why);
}

/** The end of a call that this page was told of. */
export function told(why) {
  return TOLD.get(why) ?? "The call has ended, for a reason that this page does not know.";
}

/**
 * What each feature is called, why an encrypted call cannot have it, and what it does in an ordinary one. `takes`: what it must be told
 * to be turned on or off, a "user" or a "device". `lasts`: it is on until it is turned off. `rings`: who is called can ask for it while
 * the call rings; `rings: "only"`: at no other time.
 */
const KNOWN = {
  "captions": { label: "Live captions", reason: "The service would have to hear the call.", does: "The service shows what it hears.", lasts: true },
  "transcription": { label: "Transcription", reason: "The service would have to hear the call.", does: "The service writes down what it hears.", lasts: true },
  "recording": { label: "Recording", reason: "The service would have to hold the media keys.", does: "The service keeps the sound of everybody.", lasts: true },
  "transfer": { label: "Transfer", reason: "The call would go on with another person's keys.", does: "The other person goes on with somebody else, and you leave.", takes: { on: "user" } },
  "consult-transfer": { label: "Consult, then transfer", reason: "The call would go on with another person's keys.", does: "The other person waits while you talk to somebody else; select it again to hand over.", takes: { on: "user" }, lasts: true },
  "merge": { label: "Merge with another call", reason: "It would become a group call, and those are never end-to-end encrypted.", does: "One more person takes part.", takes: { on: "user" } },
  "park": { label: "Park", reason: "The service would hold the call in your place.", does: "You leave, and the other person waits until somebody takes the call.", takes: { off: "user" }, lasts: true },
  "companion": { label: "Companion device", reason: "Another device would need the keys of this one.", does: "Another of your devices speaks and listens for this one.", takes: { on: "device" }, lasts: true },
  "add-participant": { label: "Add a participant", reason: "It would become a group call, and those are never end-to-end encrypted.", does: "One more person takes part.", takes: { on: "user" } },
  "voicemail": { label: "Forward to voicemail", reason: "The service would answer in your place.", does: "The service answers and keeps what is said.", rings: true },
  "simultaneous-ring": { label: "Simultaneous ringing", reason: "Another device could answer in your place.", does: "It rings at somebody else as well.", takes: { on: "user" }, rings: "only" },
};

/** The features of a call in the order of the screen. */
export const FEATURES = Object.entries(KNOWN).map(([feature, facts]) => ({ takes: {}, lasts: false, rings: false, ...facts, feature }));

const CALLEES = "Only who is called can ask for it, while the call rings.";

/** Why a feature cannot be asked for on the stage of a call now; null when it can. */
export function unavailable({ reason, rings }, { mode, phase }) {
  if (mode === "e2ee") return reason;
  if (["calling", "ringing"].includes(phase)) return rings === "only" ? CALLEES : "It can be asked for when the call has been accepted.";
  if (phase !== "up") return "The call is not up yet.";
  return rings === "only" ? CALLEES : null;
}
