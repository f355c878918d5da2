/// Where in the old image the pixels of the turned one come from.
struct TurnSteps {
    /// The sides of the turned image.
    let width, height: Int
    /// The place of the first pixel, and how far it is to the one on its right and the one below.
    let origin, right, down: Int

    init(width: Int, height: Int, _ transform: Transform) {
        (self.width, self.height) = transform.rotates ? (height, width) : (width, height)
        var origin = transform.rotates ? width - 1 : 0
        var right = transform.rotates ? width : 1
        var down = transform.rotates ? -1 : width
        if transform.flipsLeftRight {
            origin += (self.width - 1) * right
            right = -right
        }
        if transform.flipsUpDown {
            origin += (self.height - 1) * down
            down = -down
        }
        (self.origin, self.right, self.down) = (origin, right, down)
    }

    /// The place in the old image of a pixel of the turned one.
    func source(_ row: Int, _ column: Int) -> Int { origin + row * down + column * right }
}
