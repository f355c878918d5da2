public import Devices
internal import Pickle
internal import Platform

/// A check that a camera sees a light source.
///
/// It needs a light source and a camera that are open and disabled, and leaves them disabled and otherwise as they were
/// found.
public struct Illumination {
    private let light: any LightSource
    private let camera: any Camera
    private let power: Double
    private let exposureTime: Double
    /// The number of images that are compared with light, before it and after it.
    private static let count = 3

    /// - Parameters:
    ///   - power: the power of the light source, from 0 to 1.
    ///   - exposureTime: in seconds; long enough for the camera to see that power, and short enough not to saturate
    ///     without it.
    public init(of camera: any Camera, by light: any LightSource, power: Double, exposureTime: Double) {
        (self.camera, self.light, self.power, self.exposureTime) = (camera, light, power, exposureTime)
    }

    /// Expects images to be brighter while the light source is on, and dark again when it is off.
    public func findings(patience: Duration = .seconds(30), until interruption: Interruption? = nil) -> Findings {
        Trial.findings(on: light, and: camera, patience, until: interruption, tryIt)
    }

    private func tryIt(_ trial: Trial) throws {
        guard try light.triggerType == .software else {
            throw NotTried("its light is controlled by a hardware trigger")
        }
        let imaging = try Imaging(of: camera, trial)
        try camera.expose(for: exposureTime)
        try light.setPower(power)
        try camera.enable()
        let before = try brightness(imaging)
        try light.enable()
        try LightSourceContracts.expectSoon(trial, "it is on after enable") { try light.isOn }
        let lit = try brightness(imaging)
        try light.disable()
        let after = try brightness(imaging)
        expect(lit, toOutshine: before, after, trial)
    }

    /// The light has to be brighter than the noise between images without it.
    private func expect(_ lit: Range, toOutshine before: Range, _ after: Range, _ trial: Trial) {
        let noise = max(before.most - before.least, after.most - after.least)
        let means = "mean of the pixels: \(before) before, \(lit) with light, \(after) after"
        if lit.least <= before.most + 3 * noise { trial.violate("images are not brighter with light on; \(means)") }
        if after.most >= lit.least - 3 * noise {
            trial.violate("images are not darker when light is off again; \(means)")
        }
    }

    /// The range of brightness of several images.
    private struct Range: CustomStringConvertible {
        var least, most: Double

        var description: String { "\((least * 10).rounded() / 10) to \((most * 10).rounded() / 10)" }
    }

    private func brightness(_ imaging: Imaging) throws -> Range {
        // A free-running camera has started some images before the light changed.
        for _ in 0..<(imaging.isTriggered ? 0 : 3) { _ = try imaging.image() }
        var range = Range(least: .infinity, most: -.infinity)
        for _ in 0..<Self.count {
            let mean = try imaging.image().mean
            range = Range(least: min(range.least, mean), most: max(range.most, mean))
        }
        return range
    }
}

extension Frame {
    /// The mean of the pixels, or of a hundred thousand pixels spread over a larger frame; 0 without pixels.
    fileprivate var mean: Double {
        let array = array
        let step = max(1, array.count / 100_000)
        var (sum, count) = (0.0, 0)
        for index in stride(from: 0, to: array.count, by: step) {
            sum += array.element(at: index) ?? 0
            count += 1
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}

extension Trial {
    /// Runs a trial with one or two devices, and leaves them as they were found.
    ///
    /// - Parameter device: the device that the client of the trial reaches.
    static func findings(
        on device: any Device,
        and other: (any Device)? = nil,
        _ patience: Duration,
        until interruption: Interruption?,
        _ tryIt: (Trial) throws -> Void
    ) -> Findings {
        Interruption.$ofTrial.withValue(interruption) {
            let trial = Trial(device, patience: patience)
            let devices = [device] + (other.map { [$0] } ?? [])
            let states = trial.attempt("its state could not be read") { try devices.map(FoundState.init) }
            trial.attempt { try tryIt(trial) }
            trial.stepBack(states?.map(\.stepsBack) ?? devices.map { [$0.disable] })
            return trial.findings
        }
    }

    /// Disables devices, which is the first step of each, and then puts them back as they were found.
    func stepBack(_ steps: [[() throws -> Void]]) {
        for step in steps.compactMap(\.first) { attempt("could not be disabled", step) }
        for step in steps.flatMap({ $0.dropFirst() }) {
            // An interrupted trial changes nothing more.
            guard Interruption.ofTrial?.isAsked != true else { return }
            attempt("could not be put back as it was found", step)
        }
    }
}
