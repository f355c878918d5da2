public import Devices

/// The drivers of filter wheels on USB.
public enum FilterWheels {
    public static var drivers: [any ConfigurableDriver] {
        [
            Driver.zwoEFW,
            Driver.starlightXpressWheel,
            Driver.auroxClarity,
            Driver.fingerLakesCFW,
        ]
    }
}
