/** Of every answer: it is data for programs, to be neither rendered, sniffed, framed nor kept. */
export const SECURITY_HEADERS: {readonly [name: string]: string} = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}
