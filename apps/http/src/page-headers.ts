/** Of a page for people that is made anew for each request. */
export const pageHeaders = (contentSecurityPolicy: string) => ({
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': contentSecurityPolicy,
  'Cache-Control': 'no-store',
});
