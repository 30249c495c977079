// Before the page's own scripts: capture devices that carry a marker, and an observer of every peer connection.
// The page notices nothing of it: `getUserMedia` and `getDisplayMedia` give tracks, `RTCPeerConnection` makes connections.
(() => {
  const RATE = 48000;
  const LISTEN = 32768;
  const WIDTH = 320;
  const HEIGHT = 240;
  const connections = [];
  let relays = null;
  const captured = [];
  let marker = { sound: null, picture: null, screen: null };
  let speaker = null;
  let sounding = null;
  const showing = {};
  let emptied = null;
  let context = null;
  let ear = null;

  const audio = () => (context ??= new AudioContext({ sampleRate: RATE }));
  const decoded = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const encoded = (bytes) => {
    let text = "";
    for (let place = 0; place < bytes.length; place += 0x8000) text += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
    return btoa(text);
  };

  /** One period of the chord, in a circle; silence without a marker. */
  function sound() {
    const samples = marker.sound === null ? new Int16Array(RATE / 10) : new Int16Array(decoded(marker.sound).buffer);
    const buffer = audio().createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    return new AudioBufferSourceNode(audio(), { buffer, loop: true });
  }

  function microphone() {
    speaker = new MediaStreamAudioDestinationNode(audio(), { channelCount: 1 });
    speak();
    return speaker.stream.getAudioTracks()[0];
  }

  function speak() {
    sounding?.stop();
    if (speaker === null) return;
    sounding = sound();
    sounding.connect(speaker);
    sounding.start();
  }

  /** The marker's picture of a camera ("picture") or a screen ("screen"); grey without a marker. */
  function picture(what) {
    const { width, height, luma } = marker[what] ?? { width: WIDTH, height: HEIGHT, luma: null };
    const grey = luma === null ? new Uint8Array(width * height).fill(128) : decoded(luma);
    const image = new ImageData(width, height);
    grey.forEach((level, place) => image.data.set([level, level, level, 255], 4 * place));
    return image;
  }

  /** What is loaded, ten times a second; grey only once a second, so that of what is sent the marker is the most. */
  function pictures(what) {
    clearInterval(showing[what]?.timer);
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const surface = canvas.getContext("2d");
    const [track] = canvas.captureStream(0).getVideoTracks();
    const draw = () => {
      if (marker[what] === null && showing[what].ticks++ % 10) return;
      surface.putImageData(showing[what].image, 0, 0);
      track.requestFrame();
    };
    showing[what] = { image: picture(what), timer: setInterval(draw, 100), ticks: 0 };
    draw();
    return track;
  }

  /** What microphone, camera and screen carry from now on, also those that are in use. */
  function load(next) {
    marker = next;
    for (const what of Object.keys(showing)) showing[what].image = picture(what);
    speak();
  }

  navigator.mediaDevices.getUserMedia = async ({ audio: sound, video }) => {
    const tracks = [...(sound ? [microphone()] : []), ...(video ? [pictures("picture")] : [])];
    captured.push(...tracks);
    return new MediaStream(tracks);
  };

  navigator.mediaDevices.getDisplayMedia = async () => {
    const track = pictures("screen");
    captured.push(track);
    return new MediaStream([track]);
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(settings, ...more) {
      super(relays === null ? settings : { ...settings, ...relays }, ...more);
      connections.push(this);
    }
  };

  /** From now on every connection goes through this TURN server, and no other way. */
  function relay({ urls, username, credential }) {
    const iceServers = [{ urls, username, credential }];
    relays = { iceServers, iceTransportPolicy: "relay", bundlePolicy: "max-bundle" };
  }

  /** The last 0.68 s of the stream that an element plays, as 16-bit samples; null when it has no sound. */
  async function heard(element) {
    const [track] = element.srcObject?.getAudioTracks() ?? [];
    if (track === undefined) return null;
    if (ear?.track !== track) {
      const analyser = new AnalyserNode(audio(), { fftSize: LISTEN });
      audio().createMediaStreamSource(new MediaStream([track])).connect(analyser);
      ear = { track, analyser };
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * LISTEN / RATE / 4));
    const samples = new Float32Array(LISTEN);
    ear.analyser.getFloatTimeDomainData(samples);
    return encoded(new Uint8Array(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767).buffer));
  }

  /** The picture that an element shows: width, height and luma (BT.601); null when it shows none. */
  function seen(element) {
    const { videoWidth: width, videoHeight: height } = element;
    if (!width || !height) return null;
    const surface = new OffscreenCanvas(width, height).getContext("2d");
    surface.drawImage(element, 0, 0);
    const { data } = surface.getImageData(0, 0, width, height);
    const luma = Uint8Array.from({ length: width * height }, (_, place) => {
      const [red, green, blue] = data.subarray(4 * place, 4 * place + 3);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
    return { width, height, luma: encoded(luma) };
  }

  /**
   * What the browser says of its latest connection: states, statistics, and the certificates that DTLS presented.
   * Statistics keep certificates from the first time they are asked: before there is one, they are not asked. A page that
   * knows by itself that there is one marks its connection as `renewed`.
   */
  async function facts() {
    const connection = connections.at(-1);
    if (connection === undefined) return null;
    const transports = [...new Set(connection.getSenders().map((sender) => sender.transport).filter(Boolean))];
    const presented = transports.map((one) => one.getRemoteCertificates().map((der) => encoded(new Uint8Array(der))));
    const known = presented.some((chain) => chain.length > 0) || connection.renewed === true;
    const stats = known ? [...(await connection.getStats()).values()] : [];
    return { state: connection.connectionState, ice: connection.iceConnectionState, presented, stats };
  }

  /** Until no description of the latest connection waits for another one. */
  async function described() {
    const connection = connections.at(-1);
    while (connection !== undefined && !["stable", "closed"].includes(connection.signalingState)) {
      await new Promise((resolve) => connection.addEventListener("signalingstatechange", resolve, { once: true }));
    }
  }

  /** A person would notice when the shield goes; whoever reads the screen later must be told when that was. */
  function watchShield() {
    const shield = document.querySelector("#indicator");
    emptied = shield?.checkVisibility() ? null : emptied ?? Date.now();
  }
  new MutationObserver(watchShield).observe(document, { subtree: true, childList: true, attributes: true });

  /** How many captured tracks have not been stopped. */
  const live = () => captured.filter((track) => track.readyState === "live").length;

  /** How many media sections the latest connection has. */
  const sections = () => connections.at(-1)?.getTransceivers().length ?? 0;

  /** The ICE user name fragments of the latest connection: its own one and the other end's. */
  function credentials() {
    const { localDescription, remoteDescription } = connections.at(-1);
    return [localDescription, remoteDescription].map((one) => /^a=ice-ufrag:(.*)$/m.exec(one.sdp)[1].trim());
  }

  Object.defineProperty(window, Symbol.for("harness"), {
    value: { load, relay, described, heard, seen, facts, live, sections, credentials, emptied: () => emptied },
  });
})();
