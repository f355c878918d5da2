import Devices
import Pickle
import Testing

/// What every device must do.
struct DeviceContract {
    @Test(arguments: Makers.devices) func isDisabledWhenOpened(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        #expect(try client.call("get_is_enabled") == false)
        #expect(try client.get("enabled") == false)
    }

    @Test(arguments: Makers.devices) func canBeEnabledAndDisabledAgainAndAgain(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        for _ in 0..<2 {
            try client.call("disable")
            #expect(try client.call("get_is_enabled") == false)
            for _ in 0..<2 {
                try client.call("enable")
                #expect(try client.call("get_is_enabled") == true)
            }
        }
    }

    @Test(arguments: Makers.devices) func isDisabledByShutdown(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        try client.call("initialize")
        try client.call("enable")
        try client.call("shutdown")
        #expect(try client.call("get_is_enabled") == false)
    }

    @Test(arguments: Makers.devices) func hasTheMembersOfEveryDevice(maker: Maker<any Device>) throws {
        let methods = Client(try maker.open()).interface.methodNames
        let expected = [
            "add_setting", "describe_setting", "describe_settings", "disable", "enable", "get_all_settings",
            "get_is_enabled", "get_setting", "initialize", "set_setting", "shutdown", "update_settings",
        ]
        #expect(Set(methods).isSuperset(of: expected))
    }

    @Test(arguments: Makers.devices) func propertiesCanBeRead(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        for name in client.interface.propertyNames { #expect(throws: Never.self) { try client.get(name) } }
    }

    @Test(arguments: Makers.devices) func settingsAreDescribedAsClientsExpect(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        let types: [PythonValue] = ["int", "float", "bool", "str", "tuple", "enum"]
        guard case .list(let rows) = try client.call("describe_settings") else { throw DeviceError(.failed, "no list") }
        for row in rows {
            guard case .tuple(let pair) = row, pair.count == 2, case .dict(let description) = pair[1] else {
                Issue.record("\(row) is no pair of name and description")
                continue
            }
            #expect(description.pairs.map(\.key) == ["type", "values", "readonly", "cached"])
            #expect(types.contains(try #require(description["type"])))
            #expect(try client.call("describe_setting", pair[0]) == pair[1])
        }
    }

    @Test(arguments: Makers.devices) func settingsCanBeSentBackAsTheyCame(maker: Maker<any Device>) throws {
        let client = Client(try maker.open())
        let all = try client.call("get_all_settings")
        try client.call("update_settings", all)
        try client.call("update_settings", all, true)
        #expect(try client.call("get_all_settings") == all)
    }

    @Test(arguments: Makers.devices) func everyChoiceThatIsOfferedCanBeMade(maker: Maker<any Device>) throws {
        let device = try maker.open()
        for setting in device.settings where setting.type == .enumeration && !setting.isReadOnly {
            guard case .dict(let description) = try setting.describe(), case .list(let choices)? = description["values"]
            else { throw DeviceError(.failed, "no choices for \(setting.name)") }
            for choice in choices {
                guard case .tuple(let pair) = choice else { throw DeviceError(.failed, "\(choice) is no pair") }
                try setting.set(pair[0])
                #expect(try setting.get() == pair[0])
            }
        }
    }
}
