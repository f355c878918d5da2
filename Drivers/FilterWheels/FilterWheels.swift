public import Devices

/// The drivers of filter wheels and sliders that have a USB or serial port of their own.
public enum FilterWheels {
    public static var drivers: [any ConfigurableDriver] {
        [
            Driver.zwoEFW,
            Driver.starlightXpressWheel,
            Driver.auroxClarity,
            Driver.fingerLakesCFW,
            Driver.thorlabsFilterWheel,
            Driver.thorlabsSlider,
        ]
    }
}
