// Which sections of a description are for a shared screen (RFC 4796): that of a camera is of the same kind, video.

/** The ids (a=mid, RFC 5888) of the sections that say so. */
export function slidesIn(sdp) {
  const sections = sdp.split(/^(?=m=)/m).slice(1).filter((section) => /^a=content:(?:[^,\r\n]*,)*slides(?:,|\r?$)/m.test(section));
  return new Set(sections.map((section) => /^a=mid:(\S+)/m.exec(section)?.[1]).filter((mid) => mid !== undefined));
}

/** The ids of all sections. */
export function midsIn(sdp) {
  return [...sdp.matchAll(/^a=mid:(\S+)$/gm)].map(([, mid]) => mid);
}

/** The description in which the sections of these ids say so. */
export function withSlides(sdp, mids) {
  return sdp.replace(/^a=mid:(\S+)$/gm, (line, mid) => (mids.has(mid) ? `${line}\r\na=content:slides` : line));
}
