// Grey windows, and the map of a quantity (viridis, as in the report).

const VIRIDIS = [
  [68, 1, 84], [72, 24, 106], [71, 45, 123], [66, 64, 134], [59, 82, 139], [51, 99, 141], [44, 114, 142], [38, 130, 142],
  [33, 145, 140], [31, 160, 136], [40, 174, 128], [63, 188, 115], [94, 201, 98], [132, 212, 75], [173, 220, 48], [216, 226, 25], [253, 231, 37],
];

function viridis(share) {
  const at = Math.min(Math.max(share, 0), 1) * (VIRIDIS.length - 1);
  const low = Math.min(Math.floor(at), VIRIDIS.length - 2);
  return VIRIDIS[low].map((value, n) => value + (at - low) * (VIRIDIS[low + 1][n] - value));
}

// Level (0 … 65535) → RGBA, for a window in the series' own unit. Level 0 is no signal: transparent.
export function palette(series, [darkest, brightest]) {
  const [low, high] = series.range;
  const colours = new Uint32Array(65536);
  const width = Math.max(brightest - darkest, 1e-9);
  for (let level = 1; level < 65536; level += 1) {
    const share = (low + ((level - 1) / 65534) * (high - low) - darkest) / width;
    const grey = Math.min(Math.max(share, 0), 1) * 255;
    const [r, g, b] = series.in_colour ? viridis(share) : [grey, grey, grey];
    colours[level] = (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);
  }
  return colours;
}

export function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
