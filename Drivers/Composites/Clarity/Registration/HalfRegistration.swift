internal import Glibc

/// The registration of the reflected half with the transmitted half, from an image of a structure that both show.
///
/// First the overall shift is found by correlating reduced images of both halves. Then tiles of one half are located in
/// the other, from coarse to fine, and a mapping is fitted to them. Finally the reflected half is resampled by the
/// mapping and the tiles are compared again, so that the remaining difference vanishes.
struct HalfRegistration {
    let mapping: Mapping
    /// The residual of the tiles used, in pixels (root mean square).
    let error: Double
    /// The number of tiles, and the number of tiles that agree with the mapping.
    let tileCount, usedCount: Int
    /// The median correlation of the tiles.
    let likeness: Double

    /// The largest shift between the halves, as a fraction of their sides.
    static let longestShift = 0.2
    /// Without common structure, no peak is likely to stand out that much.
    private static let leastProminence = 6.5
    private static let largestError = 0.5
    private static let shortestSide = 64

    /// - Parameters:
    ///   - direct: the transmitted half.
    ///   - mirrored: the reflected half, flipped back.
    init(_ direct: Plane, _ mirrored: Plane) throws(HalfRegistrationError) {
        guard min(direct.width, direct.height) >= Self.shortestSide else {
            throw HalfRegistrationError(
                "halves of \(direct.width) x \(direct.height) pixels are too small: the least is \(Self.shortestSide)"
            )
        }
        let (factor, shift) = try Self.start(direct, mirrored)
        let sign: Double = shift.isInverted ? -1 : 1
        let offset = (x: Double(shift.x * factor), y: Double(shift.y * factor))
        var mapping = Mapping(width: direct.width, height: direct.height).shifted(by: offset)
        var level = factor
        while level >= 1 {
            let tiles = Tiles(direct, mirrored, joined: level, sign: sign)
            let pairs = tiles.pairs(mapping, reach: level == factor ? 5 : 3)
            if let fit = MappingFit(pairs, width: direct.width, height: direct.height, degree: 1) {
                mapping = fit.mapping
            }
            level /= 2
        }
        let tiles = Tiles(direct, mirrored, joined: 1, sign: sign)
        var result: (fit: MappingFit, pairs: [MappingFit.Pair])?
        for reach in [3, 2, 2] {
            let pairs = tiles.residualPairs(mapping, reach: reach)
            guard let fit = Self.fit(pairs, direct.width, direct.height) else { break }
            mapping = fit.mapping
            result = (fit, pairs)
        }
        guard let result, result.fit.usedCount >= 6, 3 * result.fit.usedCount >= tiles.count else {
            throw HalfRegistrationError(
                "the halves agree in only \(result?.fit.usedCount ?? 0) of \(tiles.count) tiles: the structure "
                    + "must be sharp and bright enough everywhere in both"
            )
        }
        guard result.fit.error <= Self.largestError else {
            throw HalfRegistrationError(
                "the halves do not match: tiles lie \(Self.rounded(result.fit.error)) pixels from where a smooth "
                    + "mapping expects them"
            )
        }
        (self.mapping, error, tileCount, usedCount) = (mapping, result.fit.error, tiles.count, result.fit.usedCount)
        likeness = MappingFit.median(result.pairs.map(\.weight)).squareRoot()
        try check()
    }

    /// The shift on the coarsest scale that has structure.
    private static func start(
        _ direct: Plane,
        _ mirrored: Plane
    ) throws(HalfRegistrationError) -> (factor: Int, shift: ShiftSearch) {
        var factor = 1
        while max(direct.width, direct.height) / factor > 160 { factor *= 2 }
        var most = 0.0
        let finest = max(1, factor / 4)
        while factor >= finest {
            let shift = ShiftSearch(
                direct.joined(factor).finer(than: 8),
                mirrored.joined(factor).finer(than: 8),
                within: longestShift
            )
            if shift.prominence >= leastProminence { return (factor, shift) }
            most = max(most, shift.prominence)
            factor /= 2
        }
        throw HalfRegistrationError(
            "no structure is visible in both halves (the best match stands out by \(rounded(most)) standard "
                + "deviations, \(rounded(leastProminence)) are needed): check that the lamp is on, the disk in the light "
                + "path and the image not too dark"
        )
    }

    /// The fit with the degree that explains the pairs best for its number of terms (Schwarz, Annals of Statistics 6,
    /// 461–464, 1978), so that noise is not taken for distortion.
    private static func fit(_ pairs: [MappingFit.Pair], _ width: Int, _ height: Int) -> MappingFit? {
        let count = Double(2 * pairs.count)
        let fits = (1...3).compactMap { degree -> (fit: MappingFit, score: Double)? in
            let termCount = Mapping.termCount(degree)
            guard pairs.count >= 2 * termCount || degree == 1,
                let fit = MappingFit(pairs, width: width, height: height, degree: degree)
            else { return nil }
            // The limit of the tile matching.
            let error = max(fit.error, 0.005)
            return (fit, 2 * count * log(error) + Double(2 * termCount) * log(count))
        }
        return fits.min { $0.score < $1.score }?.fit
    }

    /// Refuses a result that no real pair of halves can have.
    private func check() throws(HalfRegistrationError) {
        let (scale, degrees, _) = mapping.summary
        guard (0.8...1.25).contains(scale), abs(degrees) < 15 else {
            throw HalfRegistrationError(
                "the halves seem to differ by a scale of \(Self.rounded(scale)) and a rotation of "
                    + "\(Self.rounded(degrees)) degrees, which is not possible: check the options 'transmitted' and "
                    + "'mirror'"
            )
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

/// The reason why the halves could not be registered, in words for a device's error.
struct HalfRegistrationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
