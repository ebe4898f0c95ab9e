// Runs before the page is drawn: tells the style that there is script, so that nothing appears and then vanishes.
document.documentElement.classList.add("js");
