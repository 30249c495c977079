// Microphone and camera.

/** The tracks that are there: a microphone always, a camera when one was asked for and can be had. */
export async function capture(video) {
  const wanted = { audio: true, video: video && { width: { ideal: 640 }, height: { ideal: 480 } } };
  try {
    return (await navigator.mediaDevices.getUserMedia(wanted)).getTracks();
  } catch (error) {
    if (video) return capture(false);
    throw new Error(`A call needs a microphone, and the browser gives none: ${error.message}.`);
  }
}

/** What the user chooses of the screen: a window, a tab, or all of it. */
export async function captureScreen() {
  const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false })).getVideoTracks();
  track.contentHint = "detail";
  return track;
}

export function release(tracks) {
  for (const track of tracks) track.stop();
}
