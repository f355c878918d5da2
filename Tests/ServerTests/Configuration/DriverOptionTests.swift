import Devices
import Server
import Testing

/// The decoding of a driver's own `Decodable` type from a file.
@Suite struct DriverOptionTests {
    @Test func optionsOfEveryShapeAreRead() throws {
        let read: EverythingOptions? = try read(
            "everything",
            """
            flag: false
            text: 0123
            number: -1.5e3
            small: -128
            mode: slow
            level: 2
            inner: { port: /dev/ttyUSB0, baud: 9600 }
            list: [{ port: a }, { port: b, baud: 0x10 }]
            table: { x: [0, 0.5], "y z": [] }
            either: some text
            """
        )
        let options = try #require(read)
        #expect(!options.flag && options.text == "0123" && options.number == -1500 && options.small == -128)
        #expect(options.mode == .slow && options.level == .high)
        #expect(options.inner == EverythingOptions.Inner(port: "/dev/ttyUSB0", baud: 9600))
        #expect(options.list?.map(\.port) == ["a", "b"] && options.list?.last?.baud == 16)
        #expect(options.table == ["x": [0, 0.5], "y z": []])
        #expect(options.either == .text("some text"))
    }

    @Test func optionsThatMayBeMissingAreNil() throws {
        let read: EverythingOptions? = try read(
            "everything",
            "{ flag: true, text: a, number: 1, small: 0, mode: fast, level: , inner: { port: b }, either: 7 }"
        )
        let options = try #require(read)
        #expect(options.level == nil && options.list == nil && options.table == nil && options.inner.baud == nil)
        #expect(options.either == .number(7))
    }

    @Test func allErrorsOfAStructAreFoundInOnePass() {
        let found = problems(
            "everything",
            """
            flag: yes
            text: true
            number: many
            small: 200
            mode: quick
            level: 5
            inner: 7
            list: [{ port: a, baud: -1 }, { prt: b }, 3]
            table: { x: [1, no], y: 2 }
            either: [1]
            colour: red
            """
        )
        #expect(
            found == [
                "6:13: devices[0].conf.flag: expected true or false, got 'yes'",
                "7:13: devices[0].conf.text: expected text, got true",
                "8:15: devices[0].conf.number: expected a number, got 'many'",
                "9:14: devices[0].conf.small: expected an integer from -128 to 127, got 200",
                "10:13: devices[0].conf.mode: expected one of fast, slow, got 'quick'",
                "11:14: devices[0].conf.level: 5 is not one of the values",
                "12:14: devices[0].conf.inner: expected a mapping, got 7",
                "13:31: devices[0].conf.list[0].baud: expected an integer from 0 to 4294967295, got -1",
                "13:37: devices[0].conf.list[1]: missing key 'port'",
                "13:39: devices[0].conf.list[1]: unknown key 'prt', did you mean 'port'?",
                "13:49: devices[0].conf.list[2]: expected a mapping, got 3",
                "14:23: devices[0].conf.table.x[1]: expected a number, got 'no'",
                "14:31: devices[0].conf.table.y: expected a list, got 2",
                "15:15: devices[0].conf.either: expected text, got a list",
                "16:7: devices[0].conf: unknown key 'colour', known are either, flag, inner, level, list, mode, "
                    + "number, small, table, text",
            ]
        )
    }

    @Test func everyMissingKeyIsReportedAtItsMapping() {
        #expect(
            problems("everything", "{ number: 1 }") == [
                "6:7: devices[0].conf: missing key 'flag'",
                "6:7: devices[0].conf: missing key 'text'",
                "6:7: devices[0].conf: missing key 'small'",
                "6:7: devices[0].conf: missing key 'mode'",
                "6:7: devices[0].conf: missing key 'inner'",
            ]
        )
    }

    @Test func withoutConfTheMissingKeysAreReportedAtTheDevice() {
        let text = "devices: [{ driver: simulated-filter-wheel, name: A, port: 1 }]"
        #expect(errors(in: text) == ["scope.yaml:1:11: devices[0].conf: missing key 'positions'"])
    }

    @Test func whatATypeItselfRefusesIsReportedAtTheKeyItNames() {
        #expect(
            problems("simulated-filter-wheel", "{ positions: 0 }") == [
                "6:20: devices[0].conf.positions: positions must be a positive number"
            ]
        )
    }

    @Test func aTypeThatRefusesAPlaceholderAddsNoErrorOfItsOwn() {
        // A placeholder is 0, which this type refuses too.
        #expect(
            problems("simulated-filter-wheel", "{ positions: six }") == [
                "6:20: devices[0].conf.positions: expected an integer, got 'six'"
            ]
        )
    }

    @Test func listsThatAreReadItemByItemHaveTheRightLength() {
        #expect(
            problems("simulated-stage", "limits: { v: [0, 1], w: [2, 1], x: [0, 1, 2], y: [1], z: 5 }") == [
                "6:31: devices[0].conf.limits.w: the lower limit is above the upper",
                "6:49: devices[0].conf.limits.x[2]: expected at most 2 values, got 3",
                "6:56: devices[0].conf.limits.y: expected at least 2 values, got 1",
                "6:64: devices[0].conf.limits.z: expected a list, got 5",
            ]
        )
    }

    @Test func optionsOfADriverWithoutAnyAreUnknown() {
        #expect(
            problems("simulated-light-source", "power: 0.5") == [
                "6:7: devices[0].conf: unknown key 'power', none is known here"
            ]
        )
    }

    @Test func aNestedDriverGetsItsOwnOptions() throws {
        let read: ControllerOptions? = try read(
            "simulated-controller",
            """
            devices:
              wheel: { driver: simulated-filter-wheel, conf: { positions: 4 } }
              laser: { driver: simulated-light-source }
              inner: { driver: simulated-controller, conf: { devices: {} } }
            """
        )
        let pairs = try #require(read?.devices.pairs)
        #expect(pairs.map(\.name) == ["wheel", "laser", "inner"])
        #expect(options(of: pairs[0].value.driver, as: WheelOptions.self)?.positions == 4)
    }

    @Test func errorsInNestedDriversAreFoundAtAnyDepth() {
        let found = problems(
            "simulated-controller",
            """
            devices:
              a: { driver: simulated-filter-wheel, conf: { positions: 0 } }
              b: { driver: toaster }
              c: { driver: simulated-light-source, conf: { power: 1 }, name: x }
              d:
                driver: simulated-controller
                conf: { devices: { e: { driver: simulated-camera, conf: { sensor_shap: [1, 2] } } } }
              f: 7
            """
        )
        #expect(found.count == 6)
        let starts = [
            "7:65: devices[0].conf.devices.a.conf.positions: positions must be a positive number",
            "8:22: devices[0].conf.devices.b.driver: unknown driver 'toaster'",
            "9:54: devices[0].conf.devices.c.conf: unknown key 'power', none is known here",
            "9:66: devices[0].conf.devices.c: unknown key 'name', known are conf, driver",
            "12:69: devices[0].conf.devices.d.conf.devices.e.conf: unknown key 'sensor_shap', "
                + "did you mean 'sensor_shape'?",
            "13:12: devices[0].conf.devices.f: expected a mapping, got 7",
        ]
        for (error, start) in zip(found, starts) { #expect(error.hasPrefix(start)) }
    }

    /// A file with one device that has these options, in the lines from 6 on.
    private func file(_ driver: String, _ conf: String) -> String {
        let lines = conf.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return "devices:\n  - driver: \(driver)\n    name: A\n    port: 1\n    conf:\n\(lines)\n"
    }

    private func read<Options: Sendable>(_ driver: String, _ conf: String) throws -> Options? {
        options(of: try configuration(file(driver, conf)).definitions[0].devices[0].driver)
    }

    private func problems(_ driver: String, _ conf: String) -> [String] {
        errors(in: file(driver, conf)).map { String($0.dropFirst("scope.yaml:".count)) }
    }
}
