// Why a call ended, for a person. Words of the service that are not known here are shown as they are.

const ENDINGS = {
  "own": "You have hung up.",
  "answered-elsewhere": "Answered on another of your devices.",
  "declined-elsewhere": "Declined on another of your devices.",
  "cancelled": "The caller has hung up.",
  "no-answer": "Nobody answered.",
  "unavailable": "The other person's devices are gone.",
  "declined": "The call was declined.",
  "user": "The other person has hung up.",
  "disconnected": "The other device has lost its connection to the service.",
  "voicemail": "The call has gone to the voicemail.",
  "user-removed": "An administrator has removed the other person.",
  "codes-differ": "The other person has hung up because the codes did not match.",
  "media-failed": "The connection between the two devices was lost.",
  "dtls-failed": "The other end did not present the certificate that was announced. Somebody may be in between: the call was ended.",
  "sdp-rejected": "The other end asked for something that this client refuses.",
  "no-sdes": "An ordinary call with a client that wants its media keys in the signalling (SDES). Browsers cannot do that.",
  "mode-unknown": "The service asked for a kind of call that this client does not know.",
  "no-microphone": "The other device has no microphone.",
  "offline": "The connection to the calling service was lost.",
};

export function ending(why) {
  return ENDINGS[why] ?? `The call has ended: ${why}.`;
}

const REASONS = {
  "captions": ["Live captions", "The service would have to hear the call."],
  "transcription": ["Transcription", "The service would have to hear the call."],
  "recording": ["Recording", "The service would have to hold the media keys."],
  "transfer": ["Transfer", "The call would go on with another person's keys."],
  "consult-transfer": ["Consult, then transfer", "The call would go on with another person's keys."],
  "merge": ["Merge with another call", "It would become a group call, and those are never end-to-end encrypted."],
  "park": ["Park", "The service would hold the call in your place."],
  "companion": ["Companion device", "Another device would need the keys of this one."],
  "add-participant": ["Add a participant", "It would become a group call, and those are never end-to-end encrypted."],
  "voicemail": ["Forward to voicemail", "The service would answer in your place."],
  "simultaneous-ring": ["Simultaneous ringing", "Another device could answer in your place."],
};

/** The features of a call in the order of the screen: `{feature, label, reason}`; `reason` is why not in an encrypted call. */
export const FEATURES = Object.entries(REASONS).map(([feature, [label, reason]]) => ({ feature, label, reason }));
