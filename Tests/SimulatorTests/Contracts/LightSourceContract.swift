import Devices
import Pickle
import Testing

/// What every light source must do.
struct LightSourceContract {
    @Test(arguments: Makers.lightSources) func isOffWhenOpened(maker: Maker<any LightSource>) throws {
        let client = Client(try maker.open())
        #expect(try client.call("get_is_on") == false)
        #expect(try client.get("power") == 0.0)
        #expect(try client.call("get_set_power") == 0.0)
    }

    @Test(arguments: Makers.lightSources) func isOnWhileEnabled(maker: Maker<any LightSource>) throws {
        let client = Client(try maker.open())
        try client.call("enable")
        #expect(try client.call("get_is_on") == true)
        try client.call("disable")
        #expect(try client.call("get_is_on") == false)
    }

    @Test(arguments: Makers.lightSources) func isOffAfterShutdown(maker: Maker<any LightSource>) throws {
        let light = try maker.open()
        try light.enable()
        try light.shutdown()
        #expect(try !light.isOn)
    }

    @Test(arguments: Makers.lightSources) func givesThePowerThatWasSet(maker: Maker<any LightSource>) throws {
        let client = Client(try maker.open())
        try client.call("enable")
        for (asked, got) in [(0.5, 0.5), (1.1, 1.0), (0, 0)] {
            try client.set("power", to: .float(asked))
            #expect(try client.get("power") == .float(got))
            #expect(try client.call("get_set_power") == .float(got))
        }
    }

    @Test(arguments: Makers.lightSources) func remembersThePowerWhileOff(maker: Maker<any LightSource>) throws {
        let client = Client(try maker.open())
        try client.set("power", to: 0.5)
        #expect(try client.get("power") == 0.0)
        #expect(try client.call("get_set_power") == 0.5)
        try client.call("enable")
        #expect(try client.get("power") == 0.5)
    }

    @Test(arguments: Makers.lightSources) func tellsItsStatusInWords(maker: Maker<any LightSource>) throws {
        let status = try Client(try maker.open()).call("get_status")
        let words = try #require([String](python: status))
        #expect(!words.isEmpty)
    }
}
