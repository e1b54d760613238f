const CSRF_COOKIES = new Set(["__Host-tts_csrf", "tts_csrf"]);

/** The readable half of the session: sent back as a header, it proves that the request comes from our own page. */
export function csrfToken(): string {
  for (const pair of document.cookie.split("; ")) {
    const at = pair.indexOf("=");
    if (CSRF_COOKIES.has(pair.slice(0, at))) return decodeURIComponent(pair.slice(at + 1));
  }
  return "";
}
