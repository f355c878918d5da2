public import Devices
internal import Pickle
internal import Platform

/// Light that falls into a camera.
///
/// It is tried with a light source and a camera that are open and disabled, and leaves them disabled and otherwise as
/// they were found.
public struct Illumination {
    private let light: any LightSource
    private let camera: any Camera
    private let power: Double
    private let exposureTime: Double
    /// How many images are looked at with light, and as many before and after it.
    private static let count = 3

    /// - Parameters:
    ///   - power: what the light source is set to, from 0 to 1.
    ///   - exposureTime: in seconds; enough for the camera to see that power, and not so much that all is white without.
    public init(of camera: any Camera, by light: any LightSource, power: Double, exposureTime: Double) {
        (self.camera, self.light, self.power, self.exposureTime) = (camera, light, power, exposureTime)
    }

    /// Expects images to be brighter while the light source is on, and as dark as before when it is off again.
    public func findings(patience: Duration = .seconds(30), until interruption: Interruption? = nil) -> Findings {
        Trial.findings(on: light, and: camera, patience, until: interruption, tryIt)
    }

    private func tryIt(_ trial: Trial) throws {
        guard try light.triggerType == .software else { throw NotTried("its light follows a hardware trigger") }
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

    /// Light has to stand out of what images differ by without it.
    private func expect(_ lit: Range, toOutshine before: Range, _ after: Range, _ trial: Trial) {
        let noise = max(before.most - before.least, after.most - after.least)
        let told = "mean of the pixels: \(before) before, \(lit) with light, \(after) after"
        if lit.least <= before.most + 3 * noise { trial.violate("images are not brighter with light on; \(told)") }
        if after.most >= lit.least - 3 * noise {
            trial.violate("images are not darker when light is off again; \(told)")
        }
    }

    /// The least and the most of several images' brightness.
    private struct Range: CustomStringConvertible {
        var least, most: Double

        var description: String { "\((least * 10).rounded() / 10) to \((most * 10).rounded() / 10)" }
    }

    private func brightness(_ imaging: Imaging) throws -> Range {
        // One that runs by itself has begun some before the light changed.
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
    /// The mean of the pixels, or of some hundred thousand that are spread over a larger frame; 0 of none.
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
    /// Tries something that takes one or two devices, and leaves them as they were found.
    ///
    /// - Parameter device: what the trial's client reaches.
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
            let states = trial.attempt("could not tell its state") { try devices.map(FoundState.init) }
            trial.attempt { try tryIt(trial) }
            trial.stepBack(states?.map(\.stepsBack) ?? devices.map { [$0.disable] })
            return trial.findings
        }
    }

    /// Disables devices, which is the first of the steps of each, and then leaves them as they were found.
    func stepBack(_ steps: [[() throws -> Void]]) {
        for step in steps.compactMap(\.first) { attempt("could not be disabled", step) }
        for step in steps.flatMap({ $0.dropFirst() }) {
            // Then they stay as they are.
            guard Interruption.ofTrial?.isAsked != true else { return }
            attempt("could not be left as it was found", step)
        }
    }
}
