public import Devices

/// The drivers of filter wheels and sliders on USB, and of those that have a serial line to themselves.
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
