import Devices
import Pickle
import Testing

@testable import Composites

/// Sections of synthetic specimens whose true section is known.
struct SectionTests {
    private static let truth = Synthetic.turned(256, 256, degrees: 0.6, scale: 1.006, shift: (5.4, -7.7), bend: 0.002)

    private static let specimen = Specimen()
    /// Measured once, because it takes long without optimisation.
    private static let calibration = Result { try HalfCalibration(specimen.calibrationFrame(), HalfLayout()) }

    /// In focus, out of focus, and a calibration pattern.
    private struct Specimen {
        let synthetic: Synthetic
        let focus, haze, pattern: [Glow]

        init(noise: Double = 0) {
            synthetic = Synthetic(truth: truth, noise: noise)
            focus = synthetic.spots(150, sigma: 1.8...4, brightness: 300...1500, seed: 11)
            haze = synthetic.spots(25, sigma: 25...45, brightness: 500...1500, seed: 12)
            pattern = synthetic.spots(900, sigma: 1.5...2.5, brightness: 500...3000, seed: 13)
        }

        /// A frame of both halves, the right one mirrored: three quarters of the focused light go to the left.
        func frame(_ layout: HalfLayout = HalfLayout(), haze share: Float = 1) -> Frame {
            frame(layout) { mirrored, seed in
                let focus = synthetic.plane(self.focus, mirrored: mirrored)
                let haze = synthetic.plane(self.haze, mirrored: mirrored, background: 100, seed: seed)
                return zip(focus.pixels, haze.pixels).map {
                    (mirrored ? 0.25 : 0.75) * $0 + (mirrored ? 1 : share) * $1
                }
            }
        }

        func calibrationFrame(_ layout: HalfLayout = HalfLayout()) -> Frame {
            frame(layout) { mirrored, seed in
                synthetic.plane(pattern, mirrored: mirrored, background: 300, seed: seed).pixels
            }
        }

        private func frame(_ layout: HalfLayout, _ half: (_ mirrored: Bool, _ seed: UInt64) -> [Float]) -> Frame {
            let (width, height) = (synthetic.width, synthetic.height)
            let (direct, mirrored) = (half(false, 5), half(true, 6))
            var bytes = [UInt8](repeating: 0, count: 4 * width * height)
            func put(_ value: Float, _ x: Int, _ y: Int) {
                let number = UInt16(min(max(value.rounded(), 0), 65_535))
                let place = 2 * (y * 2 * width + x)
                (bytes[place], bytes[place + 1]) = (UInt8(number & 255), UInt8(number >> 8))
            }
            for y in 0..<height {
                for x in 0..<width {
                    put(direct[y * width + x], layout.directStart(width) + x, y)
                    let column = layout.flipsColumns ? width - 1 - x : x
                    put(
                        mirrored[y * width + x],
                        layout.reflectedStart(width) + column,
                        layout.flipsRows ? height - 1 - y : y
                    )
                }
            }
            return Frame(width: 2 * width, height: height, .uint16, pixels: Bytes(bytes))!
        }
    }

    private func section(
        _ specimen: Specimen,
        _ calibration: HalfCalibration,
        mode: ClarityMode = .section,
        binning: Binning = .none,
        of frame: Frame? = nil
    ) throws -> Frame {
        let map = try #require(ResamplingMap(calibration.mapping, calibration.layout, binning))
        let processor = SectionProcessor(map, calibration.layout)
        let raw = try RawFrame(frame ?? specimen.frame(calibration.layout), halves: processor.size)
        let area = ROI(left: 0, top: 0, width: processor.size.width, height: processor.size.height)
        return processor.image(
            of: raw,
            .init(mode: mode, area: area, weight: 1, background: 100, offset: 1000)
        )
    }

    /// Differences from the true section, which is half of the focused light, in the middle of the image.
    private func differences(_ image: Frame, _ specimen: Specimen, _ truth: (Float, Float) = (0.5, 0)) -> [Double] {
        let focus = specimen.synthetic.plane(specimen.focus, mirrored: false)
        let haze = specimen.synthetic.plane(specimen.haze, mirrored: false)
        return (20..<236).flatMap { y in
            (20..<236).map { x in image[x, y] - 1000 - Double(truth.0 * focus[x, y] + truth.1 * haze[x, y]) }
        }
    }

    private func deviation(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }

    @Test(arguments: [HalfLayout(), HalfLayout(transmitted: .right, mirror: .both)])
    func sectionIsWhatIsInFocus(layout: HalfLayout) throws {
        let specimen = Self.specimen
        let calibration = try HalfCalibration(specimen.calibrationFrame(layout), layout)
        #expect(specimen.synthetic.largestError(calibration.mapping) < 0.1)
        let wrong = differences(try section(specimen, calibration), specimen)
        // Unfocused light of up to some thousands is gone; focused light, up to 750, is right to within a hundredth.
        #expect(deviation(wrong) < 4)
        #expect(wrong.map(abs).max() ?? .infinity < 15)
    }

    @Test func wideFieldIsBoth() throws {
        let specimen = Self.specimen
        let calibration = try Self.calibration.get()
        let wrong = differences(try section(specimen, calibration, mode: .wideField), specimen, (1, 2))
        #expect(deviation(wrong) < 6)
    }

    @Test func noiseStaysNoise() throws {
        let specimen = Specimen(noise: 60)
        let calibration = try HalfCalibration(specimen.calibrationFrame(), HalfLayout())
        #expect(specimen.synthetic.largestError(calibration.mapping) < 0.1)
        let wrong = differences(try section(specimen, calibration), specimen)
        // The noise of both halves; resampling removes some of the second one's.
        let noise = deviation(wrong)
        #expect(noise > 60 && noise < 60 * 1.4143)
        #expect(abs(wrong.reduce(0, +) / Double(wrong.count)) < 3)
    }

    @Test func joinedPixelsGiveTheJoinedSection() throws {
        let specimen = Self.specimen
        let calibration = try Self.calibration.get()
        let frame = specimen.frame()
        var bytes: [UInt8] = []
        for y in 0..<128 {
            for x in 0..<256 {
                let sum = frame[2 * x, 2 * y] + frame[2 * x + 1, 2 * y] + frame[2 * x, 2 * y + 1]
                let mean = UInt16((sum + frame[2 * x + 1, 2 * y + 1]) / 4)
                bytes += [UInt8(mean & 255), UInt8(mean >> 8)]
            }
        }
        let joined = try #require(Frame(width: 256, height: 128, .uint16, pixels: Bytes(bytes)))
        let image = try section(specimen, calibration, binning: Binning(h: 2, v: 2), of: joined)
        let whole = try section(specimen, calibration)
        var wrong: [Double] = []
        for y in 10..<118 {
            for x in 10..<118 {
                let sum = whole[2 * x, 2 * y] + whole[2 * x + 1, 2 * y] + whole[2 * x, 2 * y + 1]
                wrong.append(image[x, y] - (sum + whole[2 * x + 1, 2 * y + 1]) / 4)
            }
        }
        #expect(deviation(wrong) < 4)
    }

    @Test func whatLiesBeyondTheOtherHalfIsBlank() throws {
        let synthetic = Synthetic(truth: Synthetic.turned(256, 256, degrees: 0, scale: 1, shift: (30, 0)))
        let mapping = Mapping(width: 256, height: 256).shifted(by: (30, 0))
        let calibration = try #require(
            HalfCalibration(
                sensor: SensorShape(width: 512, height: 256),
                layout: HalfLayout(),
                mapping: mapping,
                error: 0
            )
        )
        #expect(synthetic.largestError(mapping) < 1e-9)
        let specimen = Specimen()
        let image = try section(specimen, calibration)
        #expect((0..<256).allSatisfy { image[240, $0] == 1000 })
        #expect((0..<256).contains { image[220, $0] != 1000 })
    }

    @Test func framesOfOtherSidesAndTypesAreRefused() throws {
        let small = try #require(Frame(width: 4, height: 4, .uint8, pixels: Bytes([UInt8](repeating: 0, count: 16))))
        #expect { try RawFrame(small, halves: (256, 256)) } throws: {
            "\($0)".contains("4 x 4") && "\($0)".contains("512 x 256")
        }
        let real = try #require(Frame(width: 4, height: 2, .float64, pixels: Bytes([UInt8](repeating: 0, count: 64))))
        #expect { try RawFrame(real, halves: (2, 2)) } throws: { "\($0)".contains("float64") }
    }
}
