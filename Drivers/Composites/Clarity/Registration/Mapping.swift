/// Where in the reflected half lies what is seen at a place of the transmitted half: two polynomials in the place.
///
/// Places are in pixels of a half, the middle of the first one at 0, and the reflected half counts as turned back from its
/// mirror image. A polynomial of the first degree has shift, rotation, scale and shear; the third adds what lenses distort.
struct Mapping: Sendable, Hashable {
    /// Of a half, in pixels.
    let width, height: Int
    let degree: Int
    /// The coefficients of ``terms(_:_:)``.
    var x, y: [Double]

    static func termCount(_ degree: Int) -> Int { (degree + 1) * (degree + 2) / 2 }

    /// The one that leaves all as it is.
    init(width: Int, height: Int) {
        (self.width, self.height, degree) = (width, height, 1)
        let scale = Self.scale(width, height)
        x = [Double(width - 1) / 2, scale, 0]
        y = [Double(height - 1) / 2, 0, scale]
    }

    /// One with these coefficients, or nil if there are not as many as the degree asks for.
    init?(width: Int, height: Int, degree: Int, x: [Double], y: [Double]) {
        guard (1...3).contains(degree), x.count == Self.termCount(degree), y.count == x.count else { return nil }
        (self.width, self.height, self.degree) = (width, height, degree)
        (self.x, self.y) = (x, y)
    }

    // About -1 to 1 over the half, so that powers of it can be told from each other.
    private static func scale(_ width: Int, _ height: Int) -> Double { Double(max(width, height)) / 2 }

    /// The powers of a place: 1, x, y, x², xy, y², x³, x²y, xy², y³.
    static func terms(_ px: Double, _ py: Double, _ width: Int, _ height: Int, _ degree: Int) -> [Double] {
        let scale = scale(width, height)
        let (x, y) = ((px - Double(width - 1) / 2) / scale, (py - Double(height - 1) / 2) / scale)
        var terms = [1, x, y]
        if degree > 1 { terms += [x * x, x * y, y * y] }
        if degree > 2 { terms += [x * x * x, x * x * y, x * y * y, y * y * y] }
        return terms
    }

    /// Where it is in the reflected half.
    func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
        let scale = Self.scale(width, height)
        let (dx, dy) = ((px - Double(width - 1) / 2) / scale, (py - Double(height - 1) / 2) / scale)
        return (value(x, dx, dy), value(y, dx, dy))
    }

    private func value(_ c: [Double], _ x: Double, _ y: Double) -> Double {
        var value = c[0] + c[1] * x + c[2] * y
        if degree > 1 { value += (c[3] * x + c[4] * y) * x + c[5] * y * y }
        if degree > 2 { value += ((c[6] * x + c[7] * y) * x + c[8] * y * y) * x + c[9] * y * y * y }
        return value
    }

    func shifted(by shift: (x: Double, y: Double)) -> Mapping {
        var result = self
        result.x[0] += shift.x
        result.y[0] += shift.y
        return result
    }

    /// How much larger the reflected half is, by how many degrees it is turned, and how far it is shifted, in its middle.
    var summary: (scale: Double, degrees: Double, shift: (x: Double, y: Double)) {
        let scale = Self.scale(width, height)
        let (a, b, c, d) = (x[1] / scale, x[2] / scale, y[1] / scale, y[2] / scale)
        let area = (a * d - b * c).magnitude.squareRoot()
        let angle = Angle.degrees(c - b, a + d)
        return (area, angle, (x[0] - Double(width - 1) / 2, y[0] - Double(height - 1) / 2))
    }
}
