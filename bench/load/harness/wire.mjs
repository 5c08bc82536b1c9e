// What a benchmark that opens sockets itself says on them.

/// The handshake of a WebSocket.
export function webSocketRequest(path) {
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  );
}

/// What a viewer that looks into nothing sends now and then, to be kept: masked, empty.
export const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/// A certificate of 127.0.0.1 that is its own authority: { certificate, key }, two files.
export async function makeCertificate(place) {
  const [certificate, key] = [place.path('certificate.pem'), place.path('key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=bench'];
  await place.output('openssl', ['req', '-x509', ...kind, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]);
  return { certificate, key };
}
