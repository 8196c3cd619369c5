// Where a picture's pixels are in the patient. Voxels are counted in the order closest to RAS, so that both axes of a
// picture run against the screen's: the patient's right on the left, anterior or superior at the top.

export const inPlane = (axis) => [0, 1, 2].filter((a) => a !== axis);

export function transform(matrix, [x, y, z]) {
  return [0, 1, 2].map((r) => matrix[r][0] * x + matrix[r][1] * y + matrix[r][2] * z + matrix[r][3]);
}

export const toWorld = (series, index) => transform(series.affine, index);
export const toIndex = (series, point) => transform(series.inverse, point);

export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

export function clampIndex(series, index) {
  return index.map((value, a) => Math.min(Math.max(value, 0), series.shape[a] - 1));
}

// One slice of a series laid into a canvas of css pixels, in true proportion.
export class Layout {
  constructor(series, axis, slice, width, height) {
    Object.assign(this, { series, axis, slice, width, height });
    [this.across, this.along] = inPlane(axis);
    this.columns = series.shape[this.across];
    this.rows = series.shape[this.along];
    const wide = this.columns * series.spacing_mm[this.across];
    const tall = this.rows * series.spacing_mm[this.along];
    this.scale = Math.min(width / wide, height / tall); // css pixels per mm
    this.x = (width - wide * this.scale) / 2;
    this.y = (height - tall * this.scale) / 2;
    this.stepX = series.spacing_mm[this.across] * this.scale;
    this.stepY = series.spacing_mm[this.along] * this.scale;
  }

  // Pixel → voxel index, fractional in the plane.
  index(px, py) {
    const index = [0, 0, 0];
    index[this.axis] = this.slice;
    index[this.across] = this.columns - 0.5 - (px - this.x) / this.stepX;
    index[this.along] = this.rows - 0.5 - (py - this.y) / this.stepY;
    return clampIndex(this.series, index);
  }

  world(px, py) {
    return toWorld(this.series, this.index(px, py));
  }

  // A point of the patient → pixel, and how many slices it lies off.
  pixel(point) {
    const index = toIndex(this.series, point);
    return {
      x: this.x + (this.columns - 0.5 - index[this.across]) * this.stepX,
      y: this.y + (this.rows - 0.5 - index[this.along]) * this.stepY,
      off: index[this.axis] - this.slice,
    };
  }
}
