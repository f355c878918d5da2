internal import Glibc

/// Finds where in the reflected half lies what is seen in the transmitted half, from an image of a structure in both.
///
/// First the shift between the halves, by the correlation of the whole pictures made smaller; then, from coarse to fine,
/// where tiles of one are in the other one, and a mapping through these. At last the reflected half is resampled by the
/// mapping and its tiles are compared again, so that what is left between them comes to nothing.
struct HalfRegistration {
    let mapping: Mapping
    /// In pixels, of the tiles that were used (root mean square).
    let error: Double
    /// How many tiles there are, and how many are where the mapping has them.
    let tileCount, usedCount: Int
    /// How alike the tiles are, half of them more.
    let likeness: Double

    /// How far the halves may be shifted against each other, as a share of their sides.
    static let longestShift = 0.2
    /// A place where nothing is alike stands out less by chance.
    private static let leastProminence = 6.5
    private static let largestError = 0.5
    private static let shortestSide = 64

    /// - Parameters:
    ///   - direct: the transmitted half.
    ///   - mirrored: the reflected half, turned back from its mirror image.
    init(_ direct: Plane, _ mirrored: Plane) throws(HalfRegistrationError) {
        guard min(direct.width, direct.height) >= Self.shortestSide else {
            throw HalfRegistrationError(
                "halves of \(direct.width) x \(direct.height) pixels are too small: \(Self.shortestSide) at least"
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
                "the halves show the same in \(result?.fit.usedCount ?? 0) of \(tiles.count) tiles only: the structure "
                    + "must be sharp, and bright enough, all over both"
            )
        }
        guard result.fit.error <= Self.largestError else {
            throw HalfRegistrationError(
                "the halves do not match: places found lie \(Self.rounded(result.fit.error)) pixels from where a smooth "
                    + "mapping has them"
            )
        }
        (self.mapping, error, tileCount, usedCount) = (mapping, result.fit.error, tiles.count, result.fit.usedCount)
        likeness = MappingFit.median(result.pairs.map(\.weight)).squareRoot()
        try check()
    }

    /// The shift on the coarsest scale on which there is structure.
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
            "no structure is seen in both halves (the best match stands out by \(rounded(most)) standard deviations, "
                + "\(rounded(leastProminence)) are needed): is the lamp on, the disk in the light, and the image not too dark?"
        )
    }

    /// Of the degree that explains the pairs best for the number of its terms (Schwarz, Annals of Statistics 6, 461–464,
    /// 1978), so that noise is not taken for distortion.
    private static func fit(_ pairs: [MappingFit.Pair], _ width: Int, _ height: Int) -> MappingFit? {
        let count = Double(2 * pairs.count)
        let fits = (1...3).compactMap { degree -> (fit: MappingFit, score: Double)? in
            let termCount = Mapping.termCount(degree)
            guard pairs.count >= 2 * termCount || degree == 1,
                let fit = MappingFit(pairs, width: width, height: height, degree: degree)
            else { return nil }
            // Tiles cannot be told apart better than that.
            let error = max(fit.error, 0.005)
            return (fit, 2 * count * log(error) + Double(2 * termCount) * log(count))
        }
        return fits.min { $0.score < $1.score }?.fit
    }

    /// Refuses what no pair of halves is like.
    private func check() throws(HalfRegistrationError) {
        let (scale, degrees, _) = mapping.summary
        guard (0.8...1.25).contains(scale), abs(degrees) < 15 else {
            throw HalfRegistrationError(
                "the halves were found to differ by a scale of \(Self.rounded(scale)) and a turn of "
                    + "\(Self.rounded(degrees)) degrees, which cannot be: check which one is mirrored, and how"
            )
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

/// Why the halves could not be brought together, in words that go into a device's error.
struct HalfRegistrationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
