public import Devices

/// The drivers of filter wheels and sliders that have a serial line to themselves.
public enum SerialWheels {
    public static var drivers: [any ConfigurableDriver] { [Driver.thorlabsFilterWheel, Driver.thorlabsSlider] }
}
