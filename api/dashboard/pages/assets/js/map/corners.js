// Neighbouring cells share corners, but each brings its own, rounded; here those that are one become one.

/** How far apart two corners may be and still be one, degrees (about 11 m; a cell's side is 200 m). */
const SAME_CORNER_DEG = 1e-4;

/** More rows than the net has between the poles, so that a square has one number. */
const ROWS = 4_194_304;

/** Corners by number; asked for a point, it gives the number of the corner that is there already, or a new one. */
export class CornerNet {
  constructor() {
    /** @type {[number, number][]} */
    this.corners = [];
    /** @type {Map<number, number[]>} corner numbers by square of the net */
    this.squares = new Map();
  }

  /**
   * @param {number} x degrees
   * @param {number} y degrees
   */
  numberOf(x, y) {
    const [column, row] = [Math.floor(x / SAME_CORNER_DEG), Math.floor(y / SAME_CORNER_DEG)];
    for (let i = column - 1; i <= column + 1; i += 1) {
      for (let j = row - 1; j <= row + 1; j += 1) {
        const known = this.squares.get(i * ROWS + j)?.find((number) => Math.hypot(this.corners[number][0] - x, this.corners[number][1] - y) < SAME_CORNER_DEG);
        if (known !== undefined) return known;
      }
    }
    const number = this.corners.push([x, y]) - 1;
    const square = column * ROWS + row;
    const there = this.squares.get(square);
    if (there) there.push(number);
    else this.squares.set(square, [number]);
    return number;
  }
}
