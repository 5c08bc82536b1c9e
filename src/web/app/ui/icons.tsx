// Drawn on a 24 × 24 grid, in the colour of the text around; decoration only, so hidden from screen readers.

const stroke = {
  viewBox: '0 0 24 24',
  width: '1em',
  height: '1em',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 2,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': true,
  focusable: 'false',
} as const;

export const CatIcon = () => (
  <svg {...stroke} stroke-width={2.5} height={undefined}>
    <path d="M4 20V5l4.5 4h7L20 5v15" />
    <circle cx="9" cy="15.5" r="2.4" />
    <circle cx="15" cy="15.5" r="2.4" />
  </svg>
);
export const TrophyIcon = () => (
  <svg {...stroke}>
    <path d="M8 4h8v6a4 4 0 0 1-8 0zM8 5H4v2a4 4 0 0 0 4 4M16 5h4v2a4 4 0 0 1-4 4M12 14v4M8 20h8" />
  </svg>
);
export const BluetoothIcon = () => (
  <svg {...stroke}>
    <path d="m7 7 10 10-5 4V3l5 4L7 17" />
  </svg>
);
export const BikeIcon = () => (
  <svg {...stroke}>
    <circle cx="5.5" cy="17" r="3.5" />
    <circle cx="18.5" cy="17" r="3.5" />
    <path d="M15 6h2l1.5 11M5.5 17 9 9h7.5M9 9 8 6.5H6M12 17l4-8" />
  </svg>
);
export const DownloadIcon = () => (
  <svg {...stroke}>
    <path d="M12 4v11m-5-5 5 5 5-5M5 20h14" />
  </svg>
);
export const PersonIcon = () => (
  <svg {...stroke}>
    <circle cx="12" cy="8" r="4" />
    <path d="M4 21c1-4.5 4-7 8-7s7 2.5 8 7" />
  </svg>
);
/** A shield that nobody has ticked off. */
export const UnverifiedIcon = () => (
  <svg {...stroke}>
    <path d="M12 3 5 5.5V11c0 5 3 8 7 10 4-2 7-5 7-10V5.5z" stroke-dasharray="3.5 3" />
  </svg>
);
