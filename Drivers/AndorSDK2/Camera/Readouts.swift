internal import Devices

/// The ways to read the sensor: each speed of each amplifier, and the gains that each has.
struct Readouts: Sendable {
    struct Mode: Sendable, Equatable {
        let channel, amplifier, speed: Int
        let label: String
        /// The indices of the gains of the amplifier in front of the converter.
        let gains: [Int]
        /// Whether the amplifier reads rows from the other end, so that images are mirrored.
        let isFlipped: Bool
    }

    let modes: [Mode]
    /// The factors of all gains.
    let gains: [Double]
    /// Microseconds per row, and the fastest one that the vendor recommends.
    let vsSpeeds: [Double]
    let recommendedVSSpeed: Int?
    let vsAmplitudeCount: Int

    /// More than any camera has.
    private static let most = 32

    /// Asks the camera for its table.
    init(_ camera: Int32, _ library: Andor2Library, _ capabilities: Andor2Capabilities) throws(Andor2Status) {
        func count(_ value: Int) -> Range<Int> { 0..<min(max(value, 0), Self.most) }
        func float(_ body: (Andor2Functions, UnsafeMutablePointer<Float>) -> UInt32?) throws(Andor2Status) -> Double {
            var value: Float = 0
            try library.call(camera) { functions in unsafe body(functions, &value) }
            return Double(value)
        }
        let gainIndices = unsafe count(try library.int(camera) { unsafe $0.gains })
        gains = try gainIndices.map { index throws(Andor2Status) in
            unsafe try float { unsafe $0.gain(Int32(index), $1) }
        }
        vsSpeeds = unsafe try count((try? library.int(camera) { unsafe $0.vsSpeeds }) ?? 0).map {
            index throws(Andor2Status) in
            unsafe try float { unsafe $0.vsSpeed(Int32(index), $1) }
        }
        var recommended: Int32 = 0
        let isRecommended: ()? = try? library.call(camera) { functions in
            var speed: Float = 0
            return unsafe functions.recommendedVSSpeed?(&recommended, &speed)
        }
        recommendedVSSpeed =
            isRecommended == nil || !vsSpeeds.indices.contains(Int(recommended)) ? nil : Int(recommended)
        vsAmplitudeCount = unsafe count((try? library.int(camera) { unsafe $0.vsAmplitudes }) ?? 0).count
        var modes: [Mode] = []
        let amplifiers = unsafe count(try library.int(camera) { unsafe $0.amplifiers })
        for channel in unsafe count(try library.int(camera) { unsafe $0.channels }) {
            for amplifier in amplifiers {
                let name = (try? library.amplifierName(camera, amplifier)) ?? "amplifier \(amplifier)"
                let isFlipped = Self.isFlipped(amplifier, of: amplifiers.count, camera, library, capabilities)
                var speedCount: Int32 = 0
                try library.call(camera) { functions in
                    unsafe functions.hsSpeeds(Int32(channel), Int32(amplifier), &speedCount)
                }
                for speed in count(Int(speedCount)) {
                    let megahertz = unsafe try float { functions, value in
                        unsafe functions.hsSpeed(Int32(channel), Int32(amplifier), Int32(speed), value)
                    }
                    let available = gainIndices.filter { gain in
                        var isThere: Int32 = 0
                        let code: ()? = try? library.call(camera) { functions in
                            unsafe functions.isGainThere(
                                Int32(channel),
                                Int32(amplifier),
                                Int32(speed),
                                Int32(gain),
                                &isThere
                            )
                        }
                        return code != nil && isThere != 0
                    }
                    modes.append(
                        Mode(
                            channel: channel,
                            amplifier: amplifier,
                            speed: speed,
                            label: "\(name), \(Self.short(megahertz)) MHz, channel \(channel)",
                            gains: available,
                            isFlipped: isFlipped
                        )
                    )
                }
            }
        }
        guard !modes.isEmpty else { throw .notSupported }
        self.modes = modes
    }

    /// Older libraries do not say it; there it is the amplifier for multiplication, if there is another one.
    private static func isFlipped(
        _ amplifier: Int,
        of count: Int,
        _ camera: Int32,
        _ library: Andor2Library,
        _ capabilities: Andor2Capabilities
    ) -> Bool {
        var isFlipped: Int32 = 0
        let isKnown: ()? = try? library.call(camera) { functions in
            unsafe functions.isFlipped?(Int32(amplifier), &isFlipped)
        }
        return isKnown == nil ? capabilities.hasEMGain && count > 1 && amplifier == 0 : isFlipped != 0
    }

    /// As people write it: `17`, `0.08`.
    static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return "\(value)" }
        let rounded = (value * 1000).rounded() / 1000
        return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
    }
}
