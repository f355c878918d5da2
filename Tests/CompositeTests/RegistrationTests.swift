import Testing

@testable import Composites

struct RegistrationTests {
    private func found(_ synthetic: Synthetic, inverted: Bool = false) throws -> HalfRegistration {
        let spots = synthetic.spots(900, sigma: 1.5...3, brightness: 300...1500, seed: 7)
        let direct = synthetic.plane(spots, mirrored: false, background: 2000, seed: 2)
        // Darker, because the disk transmits less light than it reflects.
        let dimmer = spots.map {
            Glow(x: $0.x, y: $0.y, sigma: $0.sigma, brightness: $0.brightness * (inverted ? -0.7 : 0.7))
        }
        let mirrored = synthetic.plane(dimmer, mirrored: true, background: 1500, seed: 3)
        return try HalfRegistration(direct, mirrored)
    }

    @Test(
        arguments: [
            (0.0, 1.0, (0.0, 0.0)), (0.4, 1.003, (7.3, -4.6)), (-2.5, 0.98, (-21.4, 12.2)), (1.5, 1.02, (30.7, 28.1)),
        ] as [(Double, Double, (Double, Double))]
    )
    func findsTurnScaleAndShift(degrees: Double, scale: Double, shift: (Double, Double)) throws {
        let truth = Synthetic.turned(256, 256, degrees: degrees, scale: scale, shift: shift)
        let synthetic = Synthetic(truth: truth)
        let registration = try found(synthetic)
        let largest = synthetic.largestError(registration.mapping)
        #expect(largest < 0.1)
        #expect(registration.error < 0.1)
        let summary = registration.mapping.summary
        #expect(abs(summary.degrees - degrees) < 0.05 && abs(summary.scale - scale) < 0.001)
    }

    @Test func findsWhatLensesDistort() throws {
        let truth = Synthetic.turned(256, 256, degrees: 0.5, scale: 1.01, shift: (4.2, 6.9), bend: 0.02)
        let synthetic = Synthetic(truth: truth)
        // The corners are distorted by 4 pixels.
        #expect(synthetic.largestError(try found(synthetic).mapping) < 0.1)
    }

    @Test func findsItThroughNoise() throws {
        let truth = Synthetic.turned(256, 256, degrees: -0.8, scale: 1.004, shift: (-9.6, 3.1))
        // A sixth of the brightness of the spots.
        let synthetic = Synthetic(truth: truth, noise: 150)
        let largest = synthetic.largestError(try found(synthetic).mapping)
        #expect(largest < 0.1)
    }

    @Test func findsItWhereBrightAndDarkAreExchanged() throws {
        let truth = Synthetic.turned(256, 256, degrees: 0.3, scale: 0.997, shift: (11.5, -8.2))
        let synthetic = Synthetic(truth: truth)
        #expect(synthetic.largestError(try found(synthetic, inverted: true).mapping) < 0.1)
    }

    /// As from a lamp behind a grid: the smallest of the shifts that fit.
    @Test func patternThatRepeatsItselfWillDo() throws {
        let truth = Synthetic.turned(256, 256, degrees: 0.3, scale: 1.003, shift: (6.2, -4.7))
        let synthetic = Synthetic(truth: truth, noise: 20)
        let spots = (-1...13).flatMap { y in
            (-1...13).map { x in Glow(x: Double(x) * 20 + 4, y: Double(y) * 20 + 7, sigma: 2, brightness: 2000) }
        }
        let direct = synthetic.plane(spots, mirrored: false, background: 500, seed: 1)
        let mirrored = synthetic.plane(spots, mirrored: true, background: 500, seed: 2)
        let largest = synthetic.largestError(try HalfRegistration(direct, mirrored).mapping)
        #expect(largest < 0.1)
    }

    @Test(arguments: [(300, 130), (128, 256)]) func halvesNeedNotBeSquare(width: Int, height: Int) throws {
        let truth = Synthetic.turned(width, height, degrees: 0.5, scale: 1.003, shift: (3.3, -2.4))
        let synthetic = Synthetic(width: width, height: height, truth: truth)
        #expect(synthetic.largestError(try found(synthetic).mapping) < 0.1)
    }

    @Test func halvesWithNothingInCommonAreRefused() {
        var synthetic = Synthetic(truth: { x, y in (x, y) })
        synthetic.noise = 100
        let direct = synthetic.plane([], mirrored: false, background: 1000, seed: 1)
        let other = synthetic.plane([], mirrored: true, background: 1000, seed: 2)
        #expect { try HalfRegistration(direct, other) } throws: {
            "\($0)".hasPrefix("no structure is visible in both halves")
        }
        let spots = synthetic.spots(900, sigma: 1.5...3, brightness: 300...1500, seed: 1)
        let others = synthetic.spots(900, sigma: 1.5...3, brightness: 300...1500, seed: 2)
        #expect {
            try HalfRegistration(synthetic.plane(spots, mirrored: false), synthetic.plane(others, mirrored: true))
        } throws: {
            "\($0)".hasPrefix("no structure is visible in both halves") || "\($0)".hasPrefix("the halves agree in only")
        }
    }

    @Test func structureInACornerAloneIsNotEnough() {
        let synthetic = Synthetic(truth: { x, y in (x + 3, y + 2) })
        let spots = synthetic.spots(900, sigma: 1.5...3, brightness: 300...1500, seed: 1).filter {
            $0.x < 90 && $0.y < 90
        }
        #expect {
            try HalfRegistration(synthetic.plane(spots, mirrored: false), synthetic.plane(spots, mirrored: true))
        } throws: { "\($0)".hasPrefix("the halves agree in only ") || "\($0)".hasPrefix("no structure") }
    }

    @Test func halvesOfOneGreyAndTooSmallOnesAreRefused() {
        let grey = Plane(width: 128, height: 128, pixels: [Float](repeating: 5, count: 128 * 128))
        #expect { try HalfRegistration(grey, grey) } throws: { "\($0)".hasPrefix("no structure") }
        let small = Plane(width: 63, height: 200)
        #expect { try HalfRegistration(small, small) } throws: { "\($0)".contains("too small") }
    }
}
