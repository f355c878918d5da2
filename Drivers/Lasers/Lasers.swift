public import Devices

/// The drivers of lasers, light engines and trigger boards on serial lines.
public enum Lasers {
    public static var drivers: [any ConfigurableDriver] {
        [
            Driver.cobolt,
            Driver.obis,
            Driver.obisBox,
            Driver.sapphire,
            Driver.deepStar,
            Driver.omicron,
            Driver.iBeam,
            Driver.stradus,
            Driver.oxxius,
            Driver.iChrome,
            Driver.lumencor,
            Driver.coolLED,
            Driver.arduinoTrigger,
            Driver.teensyPulses,
        ]
    }
}
