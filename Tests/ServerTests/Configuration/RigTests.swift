import Server
import Testing

@Suite struct RigTests {
    private static let devices = """
        devices:
          - { driver: simulated-light-source, name: Laser, port: 1 }
          - { driver: simulated-light-source, name: Stand, port: 2 }
          - { driver: simulated-light-source, name: Stand.top, port: 3 }

        """

    @Test func everyPartIsRead() throws {
        let rig = try configuration(
            Self.devices + """
                rig:
                  cables:
                    - { from: Stand.lines, line: 2, to: Stand.top.camera }
                  lights:
                    - { light: Laser, camera: Stand.camera }
                    - { light: Laser, camera: Stand.top, power: 0.5, exposure: 1 }
                  filters:
                    - { wheel: Stand.stand.wheel, names: [DAPI, 561] }
                """
        )
        .rig
        let cable = try #require(rig.cables.first)
        #expect("\(cable)" == "line 2 of Stand.lines to Stand.top.camera" && rig.cables.count == 1)
        #expect(cable.lines == DevicePath(name: "Stand", part: ".lines"))
        #expect(cable.camera == DevicePath(name: "Stand.top", part: ".camera"))
        #expect(rig.lights.map(\.light) == Array(repeating: DevicePath(name: "Laser", part: ""), count: 2))
        #expect(rig.lights.map(\.power) == [0.2, 0.5] && rig.lights.map(\.exposureTime) == [0.01, 1])
        #expect(rig.filters.first?.wheel == DevicePath(name: "Stand", part: ".stand.wheel"))
        #expect(rig.filters.map(\.names) == [["DAPI", "561"]])
    }

    @Test(arguments: ["", "rig:\n", "rig: { cables: , lights: }\n"]) func everyPartMayBeLeftOut(text: String) throws {
        let rig = try configuration(Self.devices + text).rig
        #expect(rig.cables.isEmpty && rig.lights.isEmpty && rig.filters.isEmpty)
    }

    @Test func allErrorsAreTold() {
        let text =
            Self.devices + """
                rig:
                  cables: [{ from: Lazer, line: -1, too: Stand }]
                  lights: [{ light: Laser, camera: Standing, power: 2 }]
                  filters: [{ wheel: Laser, names: [] }]
                """
        #expect(
            errors(in: text) == [
                "scope.yaml:6:12: rig.cables[0]: missing key 'to'",
                "scope.yaml:6:20: rig.cables[0].from: expected the name of a device, such as Laser or Stand.camera, "
                    + "got 'Lazer'",
                "scope.yaml:6:33: rig.cables[0].line: expected an integer from 0 to 9999, got -1",
                "scope.yaml:6:37: rig.cables[0]: unknown key 'too', did you mean 'to'?",
                "scope.yaml:7:36: rig.lights[0].camera: expected the name of a device, such as Laser or Stand.camera, "
                    + "got 'Standing'",
                "scope.yaml:7:53: rig.lights[0].power: expected a number from 0.0 to 1.0, got 2",
                "scope.yaml:8:36: rig.filters[0].names: expected a list of the filters' names, got an empty list",
            ]
        )
    }
}
