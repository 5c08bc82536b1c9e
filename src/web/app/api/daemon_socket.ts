import { denied } from './access';

/** The close code of a socket whose token is bad or missing. */
const POLICY_VIOLATION = 1008;

export interface Heard {
  /** What one came for may begin. */
  admitted?: () => void;
  frame: (frame: unknown) => void;
  /** It is over, whoever ended it. */
  ended: () => void;
}

/** A socket of the daemon. `pass`: the token that its first message brings; '': none is asked for. */
export function openSocket(path: string, pass: string, heard: Heard): WebSocket {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  let isIn = pass === '';
  socket.onopen = () => {
    if (isIn) heard.admitted?.();
    else socket.send(JSON.stringify({ type: 'auth', token: pass }));
  };
  socket.onmessage = ({ data }) => {
    const frame: unknown = JSON.parse(String(data));
    if (isIn) {
      heard.frame(frame);
    } else if ((frame as { type?: unknown }).type === 'authorized') {
      isIn = true;
      heard.admitted?.();
    } else {
      // Nobody asks for tokens here any more, so that ours was taken for something else.
      denied();
      heard.ended();
    }
  };
  socket.onclose = ({ code }) => {
    if (code === POLICY_VIOLATION) denied();
    heard.ended();
  };
  return socket;
}
