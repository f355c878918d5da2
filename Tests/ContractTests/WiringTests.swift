import Contracts
import Devices
import Simulators
import Testing

/// The checks that need a cable, light or a person.
struct WiringTests {
    private static let patience = Duration.milliseconds(100)

    // MARK: A trigger cable

    private func cable(_ plug: WiredLines.Plug, line: Int = 0) -> (findings: Findings, camera: OddCamera) {
        let camera = OddCamera(triggerType: .risingEdge)
        let lines = WiredLines(plug, to: camera)
        let findings = TriggerCable(from: line, of: lines, to: camera).findings(patience: Self.patience)
        #expect(!camera.isEnabled && !lines.isEnabled)
        #expect(lines.levels == [false, true])
        return (findings, camera)
    }

    @Test func aCableTriggersAtEachRise() {
        let (findings, camera) = cable(.inserted)
        #expect(findings == Findings())
        #expect(camera.exposureTime == 0)
    }

    @Test(
        arguments: [
            (WiredLines.Plug.out, "no image of rise 1: nothing came within"),
            (.inverted, "there was an image when the line fell, after rise 1"),
            (.bouncing, "there was an image while the line stayed high, after rise 1"),
        ]
    )
    func aCableThatIsNotAsItShouldBeIsNoticed(plug: WiredLines.Plug, violation: String) {
        let violations = cable(plug).findings.violations
        #expect(violations.contains { $0.hasPrefix(violation) }, "\(violations)")
    }

    @Test func onlyOutputsAreDriven() {
        #expect(cable(.inserted, line: 1).findings == Findings(remarks: ["line 1 is not an output"]))
        #expect(cable(.inserted, line: 7).findings == Findings(violations: ["line 7 does not exist, lines are 0 to 1"]))
    }

    @Test func aCameraWithoutThatTriggerIsNotTried() {
        let camera = OddCamera()
        let findings = TriggerCable(from: 0, of: WiredLines(.inserted, to: camera), to: camera).findings()
        #expect(findings == Findings(remarks: ["the camera has no rising-edge trigger"]))
    }

    // MARK: Light

    private func setup(_ light: Bool = true) throws -> [String: any Device] {
        let image = try #require(SyntheticImage(width: 64, height: 64, .grey(100)))
        let setup = try StageAwareSetup.open(
            .init(
                image: .synthetic(image),
                sensorShape: SensorShape(width: 16, height: 16),
                hasRealisticTiming: false,
                hasLight: light
            )
        )
        return Dictionary(uniqueKeysWithValues: setup.devices.map { ($0.name, $0.device) })
    }

    private func illumination(of camera: any Camera, by light: any LightSource, power: Double = 0.3) -> Findings {
        Illumination(of: camera, by: light, power: power, exposureTime: 0.01).findings(patience: Self.patience)
    }

    @Test func lightIsSeen() throws {
        let setup = try setup()
        let camera = try #require(setup["camera"] as? any Camera)
        let light = try #require(setup["light"] as? any LightSource)
        let exposureTime = try camera.exposureTime
        #expect(illumination(of: camera, by: light) == Findings())
        #expect(!camera.isEnabled && !light.isEnabled)
        #expect(try light.setPoint == 0 && !light.isOn)
        #expect(try camera.exposureTime == exposureTime && exposureTime != 0.01)
    }

    @Test func lightOfAnotherSourceIsNoticed() throws {
        let camera = try #require(setup()["camera"] as? any Camera)
        let violations = illumination(of: camera, by: SimulatedLightSource()).violations
        #expect(violations.first?.hasPrefix("images are not brighter with light on; mean of the pixels: 0.0") == true)
    }

    @Test func lightThatStaysOnIsNoticed() throws {
        let camera = try StageAwareSetup.open(
            .init(
                image: .synthetic(try #require(SyntheticImage(width: 64, height: 64, .grey(100)))),
                hasRealisticTiming: false
            )
        )
        .part(".camera")
        let violations = illumination(of: try #require(camera as? any Camera), by: SimulatedLightSource()).violations
        #expect(violations.contains { $0.hasPrefix("images are not darker when light is off again") })
    }

    @Test func noLightIsTooLittle() throws {
        let setup = try setup()
        let camera = try #require(setup["camera"] as? any Camera)
        let light = try #require(setup["light"] as? any LightSource)
        #expect(illumination(of: camera, by: light, power: 0).violations != [])
    }

    // MARK: Eyes

    /// What somebody says who sees these filters in a wheel.
    private func findings(_ seen: [String], expecting names: [String]) throws -> Findings {
        let wheel = CountedWheel()
        return FilterOrder(names, in: wheel).findings { question in
            question.contains("'\(seen[wheel.position])'") && question.contains("(position \(wheel.position))")
        }
    }

    @Test func filtersAreSeenInTheirOrder() throws {
        #expect(try findings(["a", "b", "c"], expecting: ["a", "b", "c"]) == Findings())
        #expect(try findings(["a", "b", "c"], expecting: ["a", "b"]) == Findings())
    }

    @Test func filtersInAnotherOrderAreNoticed() throws {
        #expect(
            try findings(["a", "c", "b"], expecting: ["a", "b", "c"]).violations == [
                "'b' is not seen at position 1", "'c' is not seen at position 2",
            ]
        )
        #expect(
            try findings(["a", "b", "c"], expecting: ["a", "b", "c", "d"]).violations == [
                "there are 4 filters for 3 positions"
            ]
        )
    }
}
