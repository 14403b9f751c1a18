// Every component's styles: pages use what they like without naming it here.
import '@mantine/core/styles.layer.css';
