import Devices
import Pickle
import Testing

@testable import Simulators

struct ImagePainterTests {
    private var painter = ImagePainter()

    private mutating func paint(
        _ pattern: ImagePattern,
        _ type: PixelType = .uint8,
        width: Int = 50,
        height: Int = 30,
        number: Int = 0,
        showsNumber: Bool = false
    ) -> Frame {
        let style = ImageStyle(pattern: pattern, pixelType: type, showsNumber: showsNumber)
        return painter.paint(style, (width, height), number: number)
    }

    @Test(arguments: ImagePattern.allCases, PixelType.allCases)
    mutating func everyPatternIsPaintedInEveryType(pattern: ImagePattern, type: PixelType) {
        let frame = paint(pattern, type, width: 16, height: 32, showsNumber: true)
        #expect(frame.array.shape == [32, 16])
        let dtype = [PixelType.uint8: DType.uint8, .uint16: .uint16, .float: .float64][type]
        #expect(frame.dtype == dtype)
    }

    @Test(arguments: ImagePattern.allCases, PixelType.allCases)
    mutating func everyPatternIsPaintedHoweverSmall(pattern: ImagePattern, type: PixelType) {
        for (width, height) in [(1, 1), (1, 40), (40, 1), (3, 5)] {
            let frame = paint(pattern, type, width: width, height: height, number: 123, showsNumber: true)
            #expect(frame.array.shape == [height, width])
        }
    }

    @Test(arguments: PixelType.allCases) mutating func noiseIsSpreadBetweenDarkAndLight(type: PixelType) {
        let values = paint(.noise, type, width: 61, height: 53).array.doubles
        #expect((0..<255).contains(values.min() ?? -1))
        #expect((128 - 32..<255).contains(values.max() ?? -1))
        // Nearly all levels occur among so many pixels, about equally often.
        #expect(Set(values).count > 90)
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        #expect(abs(values.reduce(0, +) / Double(values.count) - (low + high) / 2) < 10)
        #expect(paint(.noise, type, width: 61, height: 53).array.doubles != values)
    }

    @Test mutating func noiseOfManyImagesIsAllLevels() {
        // A quarter of a million pixels contain every level.
        let frame = paint(.noise, .uint16, width: 512, height: 512)
        let values = frame.array.doubles
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        #expect(Set(values).count == Int(high - low) + 1)
    }

    @Test(arguments: PixelType.allCases) mutating func gradientRisesToTheBottomRight(type: PixelType) {
        let frame = paint(.gradient, type)
        for y in 1..<30 {
            for x in 1..<50 {
                #expect(frame[x, y] >= frame[x - 1, y])
                #expect(frame[x, y] == frame[x - 1, min(y + 1, 29)] || y == 29)
            }
        }
        #expect(frame[0, 0] < 32)
        #expect(frame[49, 29] >= 128)
    }

    @Test mutating func sawtoothRepeatsTenTimes() {
        let frame = paint(.sawtooth, .uint16, width: 100, height: 40)
        let row = (0..<100).map { frame[$0, 0] }
        #expect((1..<100).count { row[$0] < row[$0 - 1] } == 9)
        // The first image's ramps run along the rows.
        #expect((0..<40).allSatisfy { frame[7, $0] == frame[7, 0] })
    }

    @Test mutating func sawtoothTurnsFromImageToImage() {
        let frame = paint(.sawtooth, .uint16, width: 40, height: 100, number: 25)
        let column = (0..<100).map { frame[0, $0] }
        #expect((1..<100).count { column[$0] < column[$0 - 1] } == 9)
        #expect((0..<40).allSatisfy { frame[$0, 7] == frame[0, 7] })
    }

    @Test mutating func spotIsSmallAndBright() throws {
        let frame = paint(.gaussian, .uint16, width: 200, height: 100)
        let values = frame.array.doubles
        let dark = try #require(values.min())
        #expect(dark < 32)
        #expect(try #require(values.max()) >= dark + 128)
        let bright = values.count { $0 > dark }
        #expect((1...400).contains(bright))
    }

    @Test(arguments: [(PixelType.uint8, 255.0), (.uint16, 65535), (.float, 1)])
    mutating func whiteIsTheMostOfTheTypeAndBlackIsZero(type: PixelType, white: Double) {
        #expect(Set(paint(.white, type).array.doubles) == [white])
        #expect(Set(paint(.black, type).array.doubles) == [0])
    }

    /// The top left corner, with a mark for each pixel that is not black.
    private func corner(_ frame: Frame, width: Int, height: Int) -> [String] {
        (0..<height).map { y in (0..<width).map { frame[$0, y] > 0 ? "#" : "." }.joined() }
    }

    @Test(arguments: PixelType.allCases) mutating func numberIsWrittenInTheCorner(type: PixelType) {
        let frame = paint(.black, type, number: 147, showsNumber: true)
        #expect(
            corner(frame, width: 20, height: 9) == [
                "....................",
                "...#......#..#####..",
                "..##.....##......#..",
                ".#.#....#.#.....#...",
                "...#...#..#....#....",
                "...#...#####...#....",
                "...#......#...#.....",
                ".#####....#...#.....",
                "....................",
            ]
        )
        #expect((0..<30).allSatisfy { y in (20..<50).allSatisfy { frame[$0, y] == 0 } })
    }

    @Test mutating func numberStandsOnBlackOnAnyImage() {
        let frame = paint(.white, .uint16, number: 8, showsNumber: true)
        #expect(corner(frame, width: 8, height: 3) == [".......#", "..###..#", ".#...#.#"])
    }

    @Test mutating func numberIsCutOffByASmallImage() {
        let frame = paint(.black, width: 6, height: 4, number: 78, showsNumber: true)
        #expect(corner(frame, width: 6, height: 4) == ["......", ".#####", ".....#", "....#."])
    }

    @Test func digitsAllDiffer() {
        let digits = (0...9).map { Set(DigitFont.dots(of: $0).map { $0.y * DigitFont.width + $0.x }) }
        #expect(Set(digits).count == 10)
        #expect(digits.allSatisfy { $0.allSatisfy { $0 < DigitFont.width * DigitFont.height } })
    }
}

struct NoiseTests {
    @Test(arguments: [(0, 255), (20, 30), (31, 128), (7, 8)])
    func levelsAreAllThoseThatWereAskedForAndNoOthers(low: UInt16, high: UInt16) {
        var noise = Noise()
        var found: Set<UInt16> = []
        for _ in 0..<1000 {
            let levels = noise.levels(from: low, to: high)
            found.formUnion(levels.indices.map { levels[$0] })
        }
        #expect(found == Set(low..<high))
    }
}
